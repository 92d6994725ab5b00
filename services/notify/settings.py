"""What notify is told by its environment: NOTIFY_*."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings
from shared.web.auth import TokenSettings


class Settings(ServiceSettings, TokenSettings):
    """`outbox`: the file the log channel writes to.

    `status_page`, `survey_page`: where secret links lead, ending in a slash.
    """

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True, extra="ignore")

    port: int = 8004
    packs: list[str] = []
    contact_keys: SecretStr = SecretStr("")
    link_secret: SecretStr = SecretStr("")
    status_page: str = "http://127.0.0.1:8001/s/"
    survey_page: str = "http://127.0.0.1:8004/survey/"
    outbox: str = ""
