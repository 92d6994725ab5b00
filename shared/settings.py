"""What every service is told by its environment, read once and frozen; the prefix is the service's name."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kafka.settings import KafkaSettings


class ServiceSettings(BaseSettings):
    """Where the servers are and how this process presents itself. A subclass sets `env_prefix`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    kafka: str = "127.0.0.1:9092"
    kafka_idempotent: bool = True
    kafka_session_ms: int = 10_000
    kafka_security: dict[str, str] = {}
    mongo: str = "mongodb://127.0.0.1:27017/?w=majority&journal=true"
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    grace_s: float = 20.0
    stuck_after_s: float = 60.0
    tick_every_s: float = 0.5
    tick_pause_s: float = 5.0

    def kafka_settings(self) -> KafkaSettings:
        """The log's settings."""
        return KafkaSettings(
            self.kafka, self.kafka_idempotent, self.kafka_session_ms, security=dict(self.kafka_security)
        )
