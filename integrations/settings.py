"""Settings of one installation: the only reader of the environment (prefix KETENREGIE_)."""

from functools import lru_cache
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator sets. Every name is read from the environment as KETENREGIE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="KETENREGIE_", extra="ignore")

    home: Path = Path.home() / ".ketenregie"
    """Where the ledger, Prefect's own database and logs live."""

    database: str = ""
    """SQLAlchemy URL of the ledger; empty: SQLite in `home`."""

    region: Path | None = None
    """Region file (TOML); None: the synthetic region Kustland."""

    policy: Path | None = None
    """The region's override of the policy (TOML); None: the default policy."""

    ui_url: str = "http://127.0.0.1:4200"
    """Where professionals reach the Prefect UI; links in messages start with this."""

    mail_host: str = "127.0.0.1"
    mail_port: int = 25
    mail_security: str = "insecure"
    """insecure (loopback only), starttls or ssl."""

    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_from: str = "ketenregie@localhost.localdomain"

    drill: bool = False
    """Fault drills only: allows a test to stop or kill this process at named moments. Never set it elsewhere."""

    debug: bool = False
    """Show the full text of an unexpected error on the command line; it may hold data."""

    bounces: Path | None = None
    """A Maildir in which mails that come back arrive; each round of deliveries reads what is new there."""

    channels: dict[str, SecretStr] = {}
    """Organisation channels: name → Apprise URL (JSON in KETENREGIE_CHANNELS). URLs hold tokens, hence secret."""

    alarm: SecretStr = SecretStr("")
    """Who hears that nobody watches the due dates: mail:ADDRESS or an Apprise URL; a path past ledger and Prefect."""

    heartbeat: SecretStr = SecretStr("")
    """URL that is fetched after each good round, for a watcher outside; it may hold a token, hence secret."""

    partners: Path | None = None
    """The systems of partners (TOML): where they are and what was agreed; None: no partner has a system."""

    secrets: dict[str, SecretStr] = {}
    """Secrets of partners' systems: name → secret (JSON in KETENREGIE_SECRETS); the partners' file names them."""

    @property
    def database_url(self) -> str:
        """The ledger's URL, with the default filled in."""
        return self.database or f"sqlite:///{self.home / 'ketenregie.sqlite'}"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
