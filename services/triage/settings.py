"""What triage is told by its environment: TRIAGE_*."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings
from shared.web.auth import TokenSettings


class Settings(ServiceSettings, TokenSettings):
    """`text_keys`: the ring that opens what was sealed for triage; `packs`: folders beside the shipped ones."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", frozen=True, extra="ignore")

    port: int = 8002
    packs: list[str] = []
    text_keys: SecretStr = SecretStr("")
    order_system: str = "http://127.0.0.1:8090"
    fleet_control: str = "http://127.0.0.1:8090"
    order_limit_s: float = 5.0
    action_limit_s: float = 3.0
