"""What compensation is told by its environment: COMPENSATION_*."""

from decimal import Decimal

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings
from shared.web.auth import TokenSettings


class Settings(ServiceSettings, TokenSettings):
    """`approval_above`: per currency, the amount above which a second person approves."""

    model_config = SettingsConfigDict(env_prefix="COMPENSATION_", frozen=True, extra="ignore")

    port: int = 8003
    packs: list[str] = []
    payouts: str = "http://127.0.0.1:8090"
    payouts_limit_s: float = 10.0
    link_secret: SecretStr = SecretStr("")
    offer_open_days: float = 7.0
    approval_above: dict[str, Decimal] = {"CNY": Decimal(1000), "EUR": Decimal(200), "GBP": Decimal(200)}
    verified_only: list[str] = ["ride_hailing"]
