"""What can go wrong, numbered: the list that the tests of this folder go by.

A test that covers a case names its number: `test_case_71_…`, or an id that begins with it, `71 restored from a copy`.
"""

from __future__ import annotations

_LISTED = """
The message
  1 nothing at all, or what is no mail
  2 a header without a body
  3 a message of tens of megabytes
  4 a size that is not the announced one
  5 multiparts, one in the other, a thousand deep
  6 messages, one in the other, a thousand deep
  7 a hundred thousand parts
  8 boundaries that are missing or begin another
  9 boundaries that are huge, empty or look like a pattern
  10 a header of ten megabytes
  11 a Content-Type that is slow to read
  12 thousands of recipients and comments
  13 identifiers that are none, or two
  14 charsets of nobody
  15 encodings that are not what they say
  16 bodies that cannot be read
  17 pages that are slow to read
  18 mentions that nobody sees
  19 mentions of somebody else
  20 archives that grow when they are opened
  21 names of files that are more than names
  22 names in three thousand pieces
  23 two versions that say different things
  24 reports, receipts, answers to invitations
  25 winmail.dat alone
  26 a million signs of text
Header and time
  27 no Date
  28 two Dates
  29 dates that are none
  30 a bare CR that begins a field
  31 relays that the sender made up
  32 an answer from before its question
  33 a server without a date
  34 a server's date that contradicts
  35 hours that come twice or never
  36 the last minute of a deadline
  37 no Message-ID
  38 one Message-ID on two messages
  39 one message delivered twice
  40 references to somebody else's request
  41 a thousand references
  42 a subject that somebody else uses
  43 encoded words with controls, by the thousand
  44 senders that are none, or two
  45 mail from outside in our name
  46 another Reply-To
  47 robots of ours
  48 sixty relays
  49 fields beyond ASCII and beyond a line
  50 signs that nobody sees in a subject or a domain
Words
  51 one word, many spellings
  52 rules that are slow to match
  53 settings and rules that cannot be read
  54 rules half written while the service runs
  55 templates that ask for what there is not
The IMAP server
  56 the end in the middle of a literal
  57 the end before the tagged answer
  58 a goodbye
  59 silence
  60 a drip
  61 literals of impossible sizes
  62 parentheses without end
  63 tags, texts and lines that are out of place
  64 counts that are wrong, messages that go meanwhile
  65 a message without its body
  66 messages that nobody asked for, or twice
  67 a list in no order
  68 a list of a megabyte
  69 a list with more than was asked for
  70 numbers that do not last
  71 numbers that go back
  72 folders deleted, renamed, ill spelled
  73 a message filed elsewhere
  74 a message thrown away
  75 a draft under the name of what is sent
  76 an answer that no folder keeps
  77 commands that change a mailbox
  78 refusals for now
  79 a password that is refused
  80 a token that expired
  81 an IDLE that died unheard
  82 protection that is stripped
  83 greetings and capabilities that change
  84 capabilities that are missing
  85 a first run that is stopped
  86 a clock that is hours ahead
The intake
  87 a line without end
  88 a message without end
  89 ends that are none
  90 NULs
  91 ten thousand recipients
  92 a client that says nothing more
  93 five hundred connections
  94 recipients elsewhere
  95 words before the greeting
  96 a death between the promise and the register
Disk, process, clock
  97 a full disk
  98 a system call that fails
  99 a read-only disk
  100 a register that is spoilt or held
  101 a disk that a network shares
  102 a state of another account
  103 a clock that jumps
  104 signals, and the want of memory
  105 a second service, a restored one, one that slept
What goes out
  106 an alert that is refused
  107 an alert that is taken before the line drops
  108 an alert whose receipt is lost
  109 what comes back to an alert
  110 an alert with hundreds of lines
  111 words that act on a table, a page, a terminal
  112 a rate of nothing
"""
CASES = {
    int(number): words
    for number, _, words in (line.strip().partition(" ") for line in _LISTED.splitlines())
    if number.isdigit()
}
"""Each case by its number."""
