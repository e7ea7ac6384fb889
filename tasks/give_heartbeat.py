"""Give a sign of life after a good round, for a watcher outside this machine."""

from integrations.reachable import fetched
from integrations.settings import settings


def give_heartbeat() -> bool:
    """Fetch KETENREGIE_HEARTBEAT, at most five seconds. False when it is not set or did not answer; never an error."""
    url = settings().heartbeat.get_secret_value()
    return bool(url) and fetched(url)
