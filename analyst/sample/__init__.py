"""A fictional grocery-delivery company's feedback, made from a seed, with the truth kept apart."""

from analyst.sample.company import SampleCompany, generate
from analyst.sample.spec import CompanySpec, company_spec

__all__ = ["CompanySpec", "SampleCompany", "company_spec", "generate"]
