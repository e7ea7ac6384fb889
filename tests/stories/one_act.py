"""One act of a story in a process of its own: `python -m tests.stories.one_act STORY FOLDER NUMBER`."""

import json
import sys
from pathlib import Path

from deployments.stories.format import read_story
from deployments.stories.run import perform
from deployments.stories.stage import stage_in


def main(path: Path, folder: Path, number: int) -> None:
    """Perform it, and print what differs from the story as JSON."""
    story = read_story(path)
    with stage_in(folder, story, path, number) as here:
        line = perform(here, story, number)
    sys.stdout.write(json.dumps([line.at, *line.differences]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
