"""A fictional grocery-delivery company's feedback, made from a seed, with the truth kept apart."""

from pathlib import Path

from analyst.sample.company import SampleCompany, generate
from analyst.sample.spec import CompanySpec, company_spec

RULES = Path(__file__).with_name("rules.toml")  # alert rules to begin with

__all__ = ["RULES", "CompanySpec", "SampleCompany", "company_spec", "generate"]
