"""What a message is: structure before words, one nature, the strongest, and what it rests on."""

from mailwatch.nature.automatic import sounds_automatic
from mailwatch.nature.incoming import incoming
from mailwatch.nature.outgoing import HUMAN_ANSWERS, outgoing, settled
from mailwatch.nature.person import ANSWER_DUE

__all__ = ["ANSWER_DUE", "HUMAN_ANSWERS", "incoming", "outgoing", "settled", "sounds_automatic"]
