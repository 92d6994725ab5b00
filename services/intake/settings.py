"""What intake is told by its environment: INTAKE_*."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings
from shared.web.auth import TokenSettings


class Settings(ServiceSettings, TokenSettings):
    """`text_keys`, `contact_keys`: rings of who may open them, triage and notify; `complainant_secret`: the key of
    complainants' hashes, never changed; `public_url`: where people reach this service."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_", frozen=True, extra="ignore")

    port: int = 8001
    packs: list[str] = []
    text_keys: SecretStr = SecretStr("")
    contact_keys: SecretStr = SecretStr("")
    link_secret: SecretStr = SecretStr("")
    complainant_secret: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8001"
    answer_hours: float = 24.0
    safety_answer_minutes: float = 5.0
    integrations_every_s: float = 2.0
    batch_most: int = 500
