"""Every command of the list is there and explains itself."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from xiezhi.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_it_explains_itself(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0, told.output
    assert "Usage:" in told.output or name == "manage"  # Django explains its own
