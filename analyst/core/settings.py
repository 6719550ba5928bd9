"""Settings: flags over `UNDERTONE_*` over `undertone.toml` over defaults.

Nested settings use two underscores in the environment: `UNDERTONE_THEMES__COVERAGE=0.9`. Secrets come from
the environment or a file, never from `undertone.toml` under version control.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from analyst.core.errors import UsageProblem

CONFIG_FILE = "undertone.toml"


class ThemeSettings(BaseModel):
    """How themes are found."""

    seed: int = 7
    max_fit: int = Field(30_000, ge=50, description="largest number of unique opinions that the clusters are fitted on")
    neighbours: int = Field(30, ge=2, le=200, description="UMAP n_neighbors")
    min_share: float = Field(0.007, gt=0, lt=0.5, description="smallest theme, as a share of the fitted opinions")
    coverage: float = Field(0.85, gt=0, le=1, description="share of opinions that the assignment aims to place")


class EncoderSettings(BaseModel):
    """Which sentence encoder turns text into vectors."""

    model: str = "all-MiniLM-L6-v2"
    backend: Literal["auto", "onnx", "torch"] = "auto"
    batch: int = Field(64, ge=1, le=4096)
    threads: int = Field(0, ge=0, description="0 lets the engine choose")


class LlmSettings(BaseModel):
    """The OpenAI-compatible endpoint; unset means: everything stays offline."""

    base_url: str | None = None
    api_key: SecretStr | None = None
    model: str | None = None
    timeout_s: float = Field(45.0, gt=0, le=600)
    max_tokens: int = Field(900, ge=16)
    token_param: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    retries: int = Field(1, ge=0, le=5)
    tracing: bool = False
    budget_calls: int = Field(40, ge=1, description="most requests of one command, ladder and repairs included")
    budget_tokens: int = Field(200_000, ge=1, description="most tokens of one command, in and out together")
    price_in: float | None = Field(None, ge=0, description="price of a million tokens sent, for the log of costs")
    price_out: float | None = Field(None, ge=0, description="price of a million tokens received")
    labels: bool = Field(True, description="whether example opinions may be sent for names of themes")
    fixes: bool = Field(True, description="whether the evidence of a fix may be sent for its wording")


class DigestSettings(BaseModel):
    """Where the digest goes beside its files; unset means: nowhere."""

    slack_webhook: SecretStr | None = Field(None, description="https address that Slack gave for one channel")
    link: str | None = Field(None, pattern=r"^https?://[^\s<>|\"']+$", description="where readers find the page")
    timeout_s: float = Field(10.0, gt=0, le=120)
    mail_from: str = "Undertone <undertone@localhost>"
    mail_to: list[str] = Field(default_factory=list, description="who gets the digest as a mail")
    smtp_host: str | None = Field(None, description="the mail server; unset means: the mail is only written to a file")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="none only on this machine")
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None


class Settings(BaseSettings):
    """Everything that can be set, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="UNDERTONE_", env_nested_delimiter="__", toml_file=CONFIG_FILE, extra="forbid"
    )

    workspace: Path = Path(".undertone")
    store_url: str | None = Field(None, description="PostgreSQL URL; the default is SQLite inside the workspace")
    timezone: str = Field("UTC", description="zone in which weeks begin and zone-less times are read")
    min_people: int = Field(5, ge=1, description="a segment level is shown only with at least this many people")
    min_window: int = Field(30, ge=2, description="fewest responses that a window needs before anything is said")
    join_days: int = Field(14, ge=1, le=90, description="days before an answer in which its sessions count")
    category: str = Field("", description="what the company is, for benchmarks: retail, software, bank, ...")
    funnels: dict[str, str] = Field(default_factory=dict, description='named funnels: name = "Home > Basket > Done"')
    redact: dict[str, str] = Field(default_factory=dict, description="more patterns to redact: name = regex")
    encoder: EncoderSettings = Field(default_factory=EncoderSettings)
    themes: ThemeSettings = Field(default_factory=ThemeSettings)
    llm: LlmSettings = Field(default_factory=LlmSettings)
    digest: DigestSettings = Field(default_factory=DigestSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def runs(self) -> Path:
        """Folder of the runs."""
        return self.workspace / "runs"

    @property
    def cache(self) -> Path:
        """Folder of what can be computed again: exported models, vectors."""
        return self.workspace / "cache"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.store_url or f"sqlite:///{(self.workspace / 'store.db').absolute()}"


def load_settings(**overrides: Any) -> Settings:
    """Settings from all sources; `overrides` win (None values are ignored).

    Raises UsageProblem naming the setting that cannot be used and where it may have come from.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise UsageProblem(
            f"The setting '{name}' cannot be used: {first['msg']}.",
            f"Look at {CONFIG_FILE} and the UNDERTONE_* variables.",
        ) from error
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{CONFIG_FILE} cannot be read: {error}.") from error
