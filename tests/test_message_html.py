"""What a reader sees of an HTML mail, and what is hidden from it."""

# ruff: noqa: E501 -- mails and fields stand as they come
from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.message.body import disagree
from mailwatch.message.html import PICTURE, render
from mailwatch.message.quoting import split


def seen(html: str) -> str:
    return render(html).text.replace(PICTURE, "[image]")


HIDDEN = [
    '<div style="display:none">Camille Martin</div>',
    '<div style="display: none !important">Camille Martin</div>',
    '<span style="visibility:hidden">Camille Martin</span>',
    "<p hidden>Camille Martin</p>",
    '<span style="font-size:0">Camille Martin</span>',
    '<span style="font-size:1px">Camille Martin</span>',
    '<span style="font:0/0 a">Camille Martin</span>',
    '<span style="opacity:0">Camille Martin</span>',
    '<span style="color:#ffffff">Camille Martin</span>',
    '<span style="color:#fff">Camille Martin</span>',
    '<span style="color:white">Camille Martin</span>',
    '<span style="color:rgb(254, 254, 254)">Camille Martin</span>',
    '<font color="#FFFFFF">Camille Martin</font>',
    '<font color="white">Camille Martin</font>',
    '<span style="color:transparent">Camille Martin</span>',
    '<span style="color:rgba(0,0,0,0)">Camille Martin</span>',
    '<table bgcolor="#000091"><tr><td><font color="#000091">Camille Martin</font></td></tr></table>',
    '<div style="background-color:#eeeeee;color:#eee">Camille Martin</div>',
    '<div style="mso-hide:all">Camille Martin</div>',
    '<div style="max-height:0;overflow:hidden">Camille Martin</div>',
    '<div style="height:1px;overflow:hidden">Camille Martin</div>',
    '<div style="position:absolute;left:-9999px">Camille Martin</div>',
    '<div style="text-indent:-9999px">Camille Martin</div>',
    '<div style="display:none;color:rgb(a,b,c)">Camille Martin</div>',
    '<div style="position:absolute;clip:rect(0 0 0 0)">Camille Martin</div>',
    "<!-- Camille Martin -->",
    "<!--[if mso]><p>Camille Martin</p><![endif]-->",
    "<title>Camille Martin</title>",
    "<style>Camille Martin</style>",
    "<script>document.write('Camille Martin')</script>",
    "<noframes>Camille Martin</noframes>",
    "<template>Camille Martin</template>",
    '<img src="cid:logo" alt="Camille Martin">',
    "<style>.x{display:none}</style><p class=x>Camille Martin</p>",
    "<style>p.x, td.x { visibility : hidden }</style><p class='a x'>Camille Martin</p>",
    "<style>#pre{font-size:0}</style><div id=pre>Camille Martin</div>",
    "<style><!-- .x{color:#fff} --></style><p class=x>Camille Martin</p>",
    "<style>@media screen { .x{display:none} }</style><p class=x>Camille Martin</p>",
    "<p class=x>Camille Martin</p><style>.x{display:none}</style>",
    '<div style="display:none"><p>Camille <b>Martin</b></p><div>Camille</div></div>',
    '<a href="https://example.org/Camille-Martin" title="Camille Martin"></a>',
    # An end tag closes nothing outside the table cell it stands in.
    "<div hidden><table><tr><td></div>Camille Martin</td></tr></table></div>",
    "<span hidden><table><tr><td>Camille</span> Martin</table></span>",
]


@pytest.mark.parametrize("html", HIDDEN)
def test_hidden_words_are_not_seen(html: str) -> None:
    assert "Camille" not in seen(f"<html><body><p>Bonjour</p>{html}<p>Fin</p></body></html>")
    assert seen(f"<html><body><p>Bonjour</p>{html}<p>Fin</p></body></html>").replace(
        "[image]", ""
    ).split() == [
        "Bonjour",
        "Fin",
    ]


VISIBLE = [
    "<p>Camille Martin</p>",
    '<td style="font-size:0"><span style="font-size:14px">Camille Martin</span></td>',
    '<div style="visibility:hidden"><b style="visibility:visible">Camille Martin</b></div>',
    '<table bgcolor="#000091"><tr><td><font color="#ffffff">Camille Martin</font></td></tr></table>',
    '<div style="background:url(fond.png)"><span style="color:#fff">Camille Martin</span></div>',
    '<div style="color:#fff"><div style="background:navy">Camille Martin</div></div>',
    '<div style="max-height:0">Camille Martin</div>',
    '<div style="opacity:0.8;font-size:9pt">Camille Martin</div>',
    "<style>@media print {.x{display:none}}</style><p class=x>Camille Martin</p>",
    "<style>@media (max-width:600px){.x{display:none}}.y{}</style><p class=x>Camille Martin</p>",
    '<style>.x{display:none}</style><p class=x style="display:block">Camille Martin</p>',
    '<div style="color:rgb(a,b,c)">Camille Martin</div>',
    '<div style="background:fixed scroll;color:inherit">Camille Martin</div>',
    "<!--><p>Camille Martin</p>",
    "<a <p>Camille Martin</p>",
    "<!--[if mso]><style>.x{display:none}</style><![endif]--><p class=x>Camille Martin</p>",
    "<style>.y .x{display:none}</style><p class=x>Camille Martin</p>",
    "<!--[if !mso]><!--><p>Camille Martin</p><!--<![endif]-->",
    "<![if !mso]><p>Camille Martin</p><![endif]>",
    '<p title="a > b">Camille Martin</p>',
    '<p class="x"">Camille Martin</p>',
    "<p>Camille Martin",
    "Camille Martin</div></p></table>",
    '<a href="mailto:c@jura.gouv.fr">Camille Martin</a>',
    "<b>Camil</b>le&#32;Mar<i>tin</i>",
]


@pytest.mark.parametrize("html", VISIBLE)
def test_visible_words_are_seen(html: str) -> None:
    assert "Camille Martin" in seen(f"<html><body>{html}</body></html>")


LAYOUTS = [
    ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
    ('<p class="MsoNormal">Un</p><p class="MsoNormal">Deux</p>', "Un\nDeux"),
    ('<p style="margin:0">Un</p>\n<p style="margin:0">Deux</p>', "Un\nDeux"),
    ("<div>Un</div><div><br></div><div>Deux</div>", "Un\n\nDeux"),
    (
        "<p class=MsoNormal>Un</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>Deux</p>",
        "Un\n\nDeux",
    ),
    ("Un<br>Deux<br/>Trois", "Un\nDeux\nTrois"),
    ("Un\n  deux\ttrois", "Un deux trois"),
    ("<b>Un</b> <i>deux</i>", "Un deux"),
    ("<ul><li>Un<li>Deux</ul>", "- Un\n- Deux"),
    ("<ol><li><p>Un</p></li><li>Deux</li></ol>", "1. Un\n\n2. Deux"),
    (
        "<table><tr><td>Tél.</td><td>03 84</td></tr><tr><td>Mél</td><td>a@b.fr</td></tr></table>",
        "Tél.\t03 84\nMél\ta@b.fr",
    ),
    (
        "<table><tr><td>Un<th>Deux<tr><td> <b> </b>Trois<td> <td>Quatre</table>",
        "Un\tDeux\nTrois\tQuatre",
    ),
    ("<table><tr><td>Un</td><td><br>Deux</td></tr></table>", "Un\nDeux"),
    ("Un</br>Deux", "Un\nDeux"),
    ("<pre>\nUn\n\nDeux\n</pre>", "Un\n\nDeux"),
    ("<pre>Un\n  deux</pre>", "Un\n  deux"),
    ('<div style="white-space:pre-wrap">Un\nDeux</div>', "Un\nDeux"),
    ("l&rsquo;&eacute;t&eacute; &amp; l&#39;hiver &lt;ici&gt; &#8364;", "l’été & l'hiver <ici> €"),
    ("e&#769;te&#769;", "été"),
    ("3 < 4 et 5 > 2", "3 < 4 et 5 > 2"),
    ("&#xd800;&#0;&#99999999;x", "\ufffd\ufffd\ufffdx"),
    ("<h1>Titre</h1>Texte", "Titre\n\nTexte"),
    ("Un<hr>Deux", f"Un\n{'_' * 32}\nDeux"),
    ("pré<wbr>fec<wbr/>ture", "préfecture"),
    ("Nom <input name=nom> et <embed src=x> date", "Nom et date"),
    ("<meta charset=utf-8><link rel=stylesheet><base href=x>Un<bgsound src=x> mot", "Un mot"),
    ("<table><col width=80><col><tr><td>Un<td>Deux</table>", "Un\tDeux"),
    ("<map><area href=x>plan</map>Un", "Un"),
    ("Un</b></span></blockquote> mot", "Un mot"),
    ("<div><b>Un</i></b> mot</div> et plus", "Un mot\net plus"),
]


@pytest.mark.parametrize(("html", "text"), LAYOUTS)
def test_lines_are_as_the_reader_sees_them(html: str, text: str) -> None:
    assert seen(html) == text


# --- quotation ------------------------------------------------------------------------------------

OWN = "<div>Votre titre est prêt.</div><div>Camille Martin</div>"
QUOTATIONS = {
    "gmail": '<div class="gmail_quote"><div class="gmail_attr">Le jeu. 5 mars 2026 à 10:12, Nadia &lt;'
    '<a href="mailto:n@example.org">n@example.org</a>&gt; a écrit&nbsp;:<br></div><blockquote class="gmail_quote" '
    'style="margin:0 0 0 .8ex;border-left:1px #ccc solid">Où en est-on ?<br>Nadia</blockquote></div>',
    "outlook": '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    '<p class="MsoNormal"><b>De&nbsp;:</b> Nadia &lt;n@example.org&gt;<br><b>Envoyé&nbsp;:</b> jeudi 5 mars 2026 10:12<br>'
    "<b>À&nbsp;:</b> PREF39<br><b>Objet&nbsp;:</b> Titre</p></div></div><p class=MsoNormal>Où en est-on ?</p><p>Nadia</p>",
    "outlook_web": '<div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg" dir="ltr"><font>'
    "<b>De :</b> Nadia &lt;n@example.org&gt;<br><b>Envoyé :</b> jeudi 5 mars 2026 10:12<br><b>À :</b> PREF39<br>"
    "<b>Objet :</b> Titre</font></div><div>Où en est-on ?<br>Nadia</div>",
    "thunderbird": '<div class="moz-cite-prefix">Le 05/03/2026 à 10:12, Nadia a écrit :<br></div>'
    '<blockquote type="cite" cite="mid:x@example.org">Où en est-on ?<br>Nadia</blockquote>',
    "iphone": '<br><blockquote type="cite">Le 5 mars 2026 à 10:12, Nadia &lt;n@example.org&gt; a écrit :<br><br></blockquote>'
    '<blockquote type="cite">Où en est-on ?<br>Nadia</blockquote>',
    "zimbra": '<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"Nadia" &lt;n@example.org'
    "&gt;<br><b>À: </b>pref@jura.gouv.fr<br><b>Envoyé: </b>Jeudi 5 Mars 2026 10:12:36<br><b>Objet: </b>Titre<br></div>"
    '<div data-marker="__QUOTED_TEXT__">Où en est-on ?<br>Nadia</div>',
    "yahoo": '<div id="ydp1yahoo_quoted_2" class="yahoo_quoted"><div>Le jeudi 5 mars 2026 à 10:12:36 UTC+1, Nadia '
    "&lt;n@example.org&gt; a écrit :</div><div>Où en est-on ?<br>Nadia</div></div>",
    "roundcube": '<p id="reply-intro">Le 2026-03-05 10:12, Nadia a écrit :</p><blockquote type="cite"><div class="pre">'
    "Où en est-on ?<br>Nadia</div></blockquote>",
}


@pytest.mark.parametrize("quotation", QUOTATIONS.values(), ids=QUOTATIONS.keys())
def test_what_a_program_quotes_is_not_the_writers(quotation: str) -> None:
    told = split(seen(f"<html><body>{OWN}<br>{quotation}</body></html>"), "Re: Titre")
    assert told.own == "Votre titre est prêt.\nCamille Martin"
    assert "Où en est-on" in told.quoted
    assert "Nadia" in told.quoted


def test_words_typed_between_quoted_lines_are_the_writers() -> None:
    html = (
        "<div>Bonjour,</div><blockquote type=cite>Faut-il une photo ?</blockquote><div>Oui.</div>"
        "<blockquote type=cite>Et un timbre ?</blockquote><div>Non.</div><div>Camille Martin</div>"
    )
    assert split(seen(html)).own.split() == ["Bonjour,", "Oui.", "Non.", "Camille", "Martin"]


def test_an_indented_paragraph_is_no_quotation() -> None:
    html = (
        '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Camille Martin</blockquote>'
    )
    assert split(seen(html)).own == "Camille Martin"


def test_a_coloured_bar_beside_a_signature_is_no_quotation() -> None:
    html = '<div style="border-left:3px solid #000091;padding-left:8px">Camille Martin<br>Préfecture du Jura</div>'
    assert split(seen(html)).own == "Camille Martin\nPréfecture du Jura"


# --- pictures -------------------------------------------------------------------------------------

PICTURES = [
    ('<img src="cid:signature" width="400" height="120">', 1),
    ('<img src="https://www.jura.gouv.fr/bloc-marque.png">', 1),
    ('<img src="cid:a"><img src="cid:b" style="width:3in">', 2),
    ('<img src="cid:a" width="1" height="1">', 0),
    ('<img src="https://t.example/open.gif" width=1>', 0),
    ('<img src="cid:a" width="24" height="24">', 0),
    ('<img src="cid:a" width="600" height="1">', 0),
    ('<img src="https://cdn.example/facebook-32.png">', 0),
    ('<img src="cid:a" style="display:none">', 0),
    ('<div style="display:none"><img src="cid:a" width="400"></div>', 0),
    ('<img src="cid:a" height="90">', 1),
    ('<img src="cid:a" height="16">', 0),
    ("<img alt='rien'>", 0),
]


@pytest.mark.parametrize(("html", "count"), PICTURES)
def test_pictures_count_when_they_can_hold_words(html: str, count: int) -> None:
    assert render(html).text.count(PICTURE) == count


def test_a_picture_file_of_a_few_octets_holds_no_words() -> None:
    assert render('<img src="cid:Dot@1">', frozenset({"dot@1"})).text.count(PICTURE) == 0


# --- the two forms of a body ----------------------------------------------------------------------

AGREEMENTS = [
    ("Bonjour,\n\nVotre titre est prêt.", "Bonjour,\nVotre titre est prêt."),
    (
        "*Camille Martin*\nwww.jura.gouv.fr<https://www.jura.gouv.fr>",
        "Camille Martin\nwww.jura.gouv.fr",
    ),
    ("[cid:image001.png@01D9]\nCamille Martin", "Camille Martin"),
    ("Camille MARTIN <mailto:c@jura.gouv.fr>", "Camille Martin c@jura.gouv.fr"),
    (
        "Réponse.\n\nLe 05/03/2026 à 10:12, Nadia a écrit :\n> un deux trois",
        "Réponse.\nDe : Paul Roux\nEnvoyé : hier",
    ),
    ("> cité\nréponse", "réponse\n> cité"),
    ("l'été", "l’e\u0301té"),
    (
        "Réponse.\n\nLe 05/03/2026 à 10:12, Nadia a écrit :\n> tout le texte cité",
        "Réponse.\n\n> abrégé",
    ),
]
DISAGREEMENTS = [
    ("Bonjour,\nCamille Martin", "Bonjour,\nPaul Roux"),
    ("Bonjour,\nCamille Martin\nPréfecture du Jura", "Bonjour,"),
    ("Votre programme n’affiche pas ce message.", "Votre titre de séjour est prêt."),
    ("Rendez-vous le 12 mars à 9 h 15", "Rendez-vous le 19 mars à 9 h 45"),
]


@pytest.mark.parametrize(("plain", "shown"), AGREEMENTS)
def test_rendering_differences_are_no_disagreement(plain: str, shown: str) -> None:
    assert not disagree(plain, shown)


@pytest.mark.parametrize(("plain", "shown"), DISAGREEMENTS)
def test_other_words_are_a_disagreement(plain: str, shown: str) -> None:
    assert disagree(plain, shown)


# --- hostile input --------------------------------------------------------------------------------

TRAPS = {
    "unfinished_tags": "<a " * 20_000,
    "unfinished_tags_ended": "<a " * 20_000 + ">",
    "unfinished_quotes": '<a x="' * 20_001 + ">",
    "crossed_quotes": "<a x=\"<a y='" * 20_000 + ">",
    "tags_that_never_end": '<a =">="\'' * 20_000,
    "nested_divs": "<div>" * 100_000 + "Bonjour",
    "nested_quotations": "<blockquote>" * 50_000 + "Bonjour" + "<br>x" * 5_000,
    "misnested": "<i><td>" + "<b>" * 20_000 + "</i>" * 20_000,
    "comments": "<!--" * 20_000,
    "styles": "<style>" * 50_000,
    "style_braces": "<style>" + "a{" * 60_000 + "</style>x",
    "style_comments": "<style>/" + "*" * 100_000 + "</style>x",
    "long_number": "&#" + "9" * 60_000,
    "less_thans": "<" * 100_000,
    "attributes": "<p " + "a=" * 200_000 + ">x",
    "list_items": "<li>" * 100_000,
}


@pytest.mark.parametrize("html", TRAPS.values(), ids=TRAPS.keys())
def test_hostile_html_is_read_in_linear_time(html: str) -> None:
    started = time.process_time()
    render(html)
    assert time.process_time() - started < 2


def test_no_depth_loses_the_text() -> None:
    assert seen("<div>" * 5_000 + "Bonjour") == "Bonjour"


ELEMENTS = [
    "b", "span style='color:#fff'", "span class=gmail_quote", "p", "p class=MsoNormal", "td", "li", "br", "pre", "select",
    "blockquote", "h1", "ul", "option", "div hidden", "a href=x", "span style='white-space:pre'",
]  # fmt: skip


@pytest.mark.parametrize("tag", ELEMENTS)
@pytest.mark.parametrize(
    "around", ["{}", "<p class=MsoNormal>a {}b<p>c", "<style>b{{display:none}}</style>a{}b"]
)
def test_an_element_of_text_alone_shows_what_any_other_shows(tag: str, around: str) -> None:
    name = tag.split(" ", maxsplit=1)[0]
    alone, entered = (
        around.format(f"<{tag}>un\n mot{end}") for end in (f"</{name}>", f"</{name} >")
    )
    assert render(alone) == render(entered)


def test_the_empty_element_of_word_is_no_word() -> None:
    html = "<p>Bonjour,<o:p></o:p></p><p><b>Camille</b><o:p></o:p> Martin<o:p>&nbsp;</o:p></p>"
    assert seen(html).split() == ["Bonjour,", "Camille", "Martin"]


MARKUP = st.lists(
    st.sampled_from(
        ["<", ">", "<p>", "</p>", "<td>", "</td>", "<blockquote>", "</div>", "<!--", "-->", "&nbsp;", "é", "x ", '"', "'",
         "<p style='", "display:none", "<img src=a>", "<style>", "</style>", ".a{", "}", "&#", "<li>", "<ol>", "=", "\x00"]
    ),
    max_size=40,
)  # fmt: skip


@given(MARKUP)
def test_any_markup_is_rendered(pieces: list[str]) -> None:
    text = render("".join(pieces)).text
    assert text.encode("utf-8").decode("utf-8") == text


@given(st.lists(st.sampled_from(["Bonjour", "préfecture", "l’été", "12"]), min_size=1, max_size=20))
def test_words_in_plain_paragraphs_all_come_out_in_order(words: list[str]) -> None:
    html = "".join(f"<p>{word}</p>" for word in words)
    assert seen(html).split() == words
