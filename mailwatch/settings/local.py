"""The site's own rule files: a folder beside the settings file, which names it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mailwatch.errors import SettingsError, refusal
from mailwatch.settings.toml import parsed, text

USUAL = "rules.d"
"""How the folder is called where nobody chose otherwise."""


def local_texts(folder: str) -> Mapping[str, str]:
    """Read the `*.toml` files of `folder` by name (`rules.d/jura.toml`), in their order; none when it is empty.

    SettingsError when the folder or a file cannot be read, or is no TOML.
    """
    if not folder:
        return {}
    texts = {f"{path.parent.name}/{path.name}": text(path) for path in _files(Path(folder))}
    for name, content in texts.items():
        parsed(name, content)
    return texts


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix == ".toml" and not path.name.startswith(".")
        )
    except (FileNotFoundError, NotADirectoryError):
        raise SettingsError(
            "« rules » : le dossier « {folder} » n’existe pas ; créez-le, ou retirez la clé",
            folder=folder,
        ) from None
    except OSError as fault:
        raise SettingsError(
            "« rules » : le dossier « {folder} » ne se lit pas ({reason})",
            folder=folder,
            reason=refusal(fault),
        ) from None
