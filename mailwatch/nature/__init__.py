"""What a message is: structure before words, one nature, the strongest, and what it rests on."""

from mailwatch.nature.automatic import sounds_automatic
from mailwatch.nature.incoming import incoming
from mailwatch.nature.outgoing import outgoing

__all__ = ["incoming", "outgoing", "sounds_automatic"]
