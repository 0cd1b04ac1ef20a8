"""The language the command line speaks: French unless asked otherwise, whatever the locale says.

Our own messages are French in the source; click's are English. One catalogue a language translates
both (`locale/`): `fr` holds click's messages, `en` holds ours. click translates its help texts while
a command is being defined, so `choose` runs before any module that imports click is imported:

    from mailwatch import language

    language.choose("en")
    from mailwatch.commands import mailwatch
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from mailwatch.errors import Remark

LANGUAGES = ("fr", "en")
"""The languages there is a catalogue for, the default first."""

_DOMAIN = "mailwatch"


def choose(language: str) -> None:
    """Speak `language` from now on, in click too; French when there is no catalogue for it.

    The process's own `LANGUAGE` variable is set: gettext reads the language from nowhere else, and
    systemd and cron start programs in the C locale, which is English.
    """
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(_DOMAIN, Path(__file__).with_name("locale"))
    gettext.textdomain(_DOMAIN)


def translate(message: str) -> str:
    """Say `message`, which is French in the source, in the language chosen."""
    # The empty message is a catalogue's header.
    return gettext.gettext(message) if message else ""


def labelled(label: str, words: object) -> str:
    """Put a label before what it is of, as the language chosen punctuates: French sets the colon apart."""
    return translate("{label} : {words}").format(label=label, words=words)


def quoted(words: str) -> str:
    """Put words between the quotation marks of the language chosen."""
    return translate("« {words} »").format(words=words)


def say(words: object) -> str:
    """Say a remark, or the remark of an error, in the language chosen; anything else as it is."""
    remark = words.args[0] if isinstance(words, Exception) and words.args else words
    if not isinstance(remark, Remark):
        return str(words)
    values = {
        name: say(value) if isinstance(value, Remark | Exception) else value
        for name, value in remark.values.items()
    }
    sentence = translate(remark.template)
    return sentence.format(**values) if values else sentence
