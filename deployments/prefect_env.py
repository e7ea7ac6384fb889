"""The environment Prefect gets from us: home, database, no telemetry, only 127.0.0.1."""

from pathlib import Path

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LOG_PRINTS": "false",
    "PREFECT_LOGGING_COLORS": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",  # the log of a run stands in the UI
}


def ui_folder(home: Path) -> Path:
    """Where Prefect unpacks the pages it serves: a copy of our own, not the installed package."""
    return home / "prefect" / "ui"


def server_environment(home: Path, port: int) -> dict[str, str]:
    """What the server process is started with; `home` is ours, Prefect's own files go to home/prefect."""
    return QUIET | {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect' / 'prefect.db'}",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        # By default any page in the user's browser may read and steer a server on this machine.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "PREFECT_UI_API_URL": "/api",  # the page's own address, also behind a proxy
        "PREFECT_UI_STATIC_DIRECTORY": str(ui_folder(home)),
        # The older pages by default: Resume in sight, views kept by the server. docs/decisions/0006-forms-in-prefect.md
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    }
