"""The words around the help, in Dutch, as far as Typer lets them be chosen."""


def speak_dutch() -> None:
    """Choose them; called only when help is shown, as it loads what draws the help."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = "Gegevens"
    rich_utils.OPTIONS_PANEL_TITLE = "Opties"
    rich_utils.COMMANDS_PANEL_TITLE = "Commando's"
    rich_utils.DEFAULT_STRING = "[standaard: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[verplicht]"
