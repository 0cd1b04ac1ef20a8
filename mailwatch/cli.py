"""The way in: choose the language, run the command, and turn every failure into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from mailwatch import language
from mailwatch.errors import MailwatchError

INTERNAL_FAULT = 70
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `mailwatch` with `arguments` (those of the process when None) and exit."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    language.choose(_wanted_language(words))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(_run(words))


def _run(words: list[str]) -> int:
    # Help texts are translated as the commands are defined, hence imported once the language is known.
    from mailwatch.commands import mailwatch

    _ = language.translate
    try:
        mailwatch.main(args=words, prog_name="mailwatch")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except MailwatchError as fault:
        print(language.labelled("mailwatch", language.say(fault)), file=sys.stderr)
        return fault.exit_code
    except BrokenPipeError:
        # The reader left (`| head`): say nothing, and keep Python from failing again at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        if os.environ.get("MAILWATCH_DEBUG"):
            raise
        message = _(
            "mailwatch : erreur interne ({kind}) ; relancez avec MAILWATCH_DEBUG=1 et signalez-la"
        )
        print(message.format(kind=type(fault).__name__), file=sys.stderr)
        return INTERNAL_FAULT


def _wanted_language(words: Sequence[str]) -> str:
    """The language asked for by `--lang` or `MAILWATCH_LANG`; French whatever the locale says."""
    for place, word in enumerate(words):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
    return os.environ.get("MAILWATCH_LANG", "fr")
