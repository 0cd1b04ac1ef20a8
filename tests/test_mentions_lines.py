"""One line each: how agents sign, present themselves and go without a name, and what only looks like a name."""

from __future__ import annotations

import pytest

from tests.test_mentions_wall import judged

FORMULA = "Bonjour,\n\nVotre attestation est disponible dans votre espace.\n\nCordialement,\n{}\nPréfecture du Jura"
BARE = "Bonjour Madame,\n\nVotre attestation est disponible dans votre espace.\n\n{}\nPréfecture du Jura"


def author(own: str) -> str:
    return judged(own)[0]


# --- the line that names who signs ----------------------------------------------------------------

FULL_NAMES = [
    # With a title, and nothing else to say that it is a name.
    ("Mme Lecacheux", "Mme Lecacheux"), ("M. Oulachène", "M. Oulachène"), ("Mme LE", "Mme LE"),
    ("M. DA", "M. DA"), ("Mme DE LA", "Mme DE LA"), ("Mme BA", "Mme BA"), ("M. LY", "M. LY"),
    ("Claire BERG", "Claire BERG"),
    ("Mme SY", "Mme SY"), ("Mme MAI", "Mme MAI"), ("M. AVRIL", "M. AVRIL"), ("Mme Bureau", "Mme Bureau"),
    ("Mme D'Angelo", "Mme D'Angelo"), ("Mr Le Gall", "Mr Le Gall"), ("Mme de Oliveira", "Mme de Oliveira"),
    ("M. DA SILVA", "M. DA SILVA"), ("Mme El Amrani", "Mme El Amrani"), ("M. Ben Salah", "M. Ben Salah"),
    ("Madame VERNIER", "Madame VERNIER"), ("Mme Arnaud-Vial", "Mme Arnaud-Vial"),
    ("Mme Vernier, bureau des titres", "Mme Vernier"), ("Mme Vernier (bureau des titres)", "Mme Vernier"),
    ("Mme Vernier/bureau des titres", "Mme Vernier"), ("Mlle Vernier - 03 84 86 84 00", "Mlle Vernier"),
    ("Mme A. Ould-Kaddour (SDJES)", "A. Ould-Kaddour"), ("Adjudant Thomas Kerbrat", "Thomas Kerbrat"),
    ("Le brigadier-chef Rousselot", "brigadier-chef Rousselot"), ("Rousselot Nathalie (Mme)", "Rousselot Nathalie"),
    # From everywhere, in capitals, in small letters, with and without accents.
    ("Thi Minh Châu PHẠM", "Thi Minh Châu PHẠM"), ("Nguyễn Thị Hồng", "Nguyễn Thị Hồng"),
    ("El Mehdi EL AMRANI", "El Mehdi EL AMRANI"), ("Abdoul Karim Ouédraogo", "Abdoul Karim Ouédraogo"),
    ("Krzysztof Wójcik", "Krzysztof Wójcik"), ("Şeyma Öztürk", "Şeyma Öztürk"), ("İbrahim Yılmaz", "İbrahim Yılmaz"),
    ("N'Golo Traoré", "N'Golo Traoré"), ("Hervé L'Hostis", "Hervé L'Hostis"), ("Moana Teriitahi", "Moana Teriitahi"),
    ("Zaïnaba Mohamed", "Zaïnaba Mohamed"), ("Maria de Lurdes Fernandes", "Maria de Lurdes Fernandes"),
    ("Marie-Ange M'Bengue", "Marie-Ange M'Bengue"), ("Aurélie van den Berghe", "Aurélie van den Berghe"),
    ("HELENE LEFEVRE", "HELENE LEFEVRE"), ("helene lefevre", "helene lefevre"), ("Lefèvre Hélène", "Lefèvre Hélène"),
    ("hélène lefèvre - préfecture du jura", "hélène lefèvre"), ("I.KLEIN", "I.KLEIN"), ("KLEIN I.", "KLEIN I."),
    ("Marie-Neige DURAND", "Marie-Neige DURAND"), ("« Isabelle Klein »", "Isabelle Klein"),
    ("JP Gauthier SEA", "JP Gauthier"), ("MC Pélissier", "MC Pélissier"),
    # Among separators, behind the unit or the institution.
    ("Préfecture du Jura | Claire Vernier | Bureau des armes", "Claire Vernier"),
    ("Bureau des armes - Claire VERNIER - 03 84 86 84 00", "Claire VERNIER"),
    ("Bureau des armes / C. Vernier / préfecture du Jura", "C. Vernier"),
    ("Claire Vernier • Bureau des armes", "Claire Vernier"), ("Votre gestionnaire Claire VERNIER", "Claire VERNIER"),
    ("DCL/BRGE/Claire VERNIER", "Claire VERNIER"), ("Bureau des armes, Claire Vernier", "Claire Vernier"),
    ("Sous-préfecture de Dole - Oyana Etchegaray - accueil", "Oyana Etchegaray"),
    ("Isabelle KLEIN<isabelle.klein@jura.gouv.fr>", "Isabelle KLEIN"),
    # Several persons, or one for another.
    ("Claire Vernier et Paul Roy", "Claire Vernier"), ("Paul ROY / Claire VERNIER", "Paul ROY"),
    ("Claire Vernier, pour Mme la secrétaire générale", "Claire Vernier"), ("p.o. Samira Attia", "Samira Attia"),
    ("Claire Vernier p/o Paul ROY, chef de bureau", "Claire Vernier"),
    ("Claire Vernier (pour Paul Roy)", "Claire Vernier"),
    ("Samira Attia\nassistante de M. Paul Roy, directeur de cabinet", "Samira Attia"),
    ("Secrétariat de M. Paul Roy\nSamira Attia", "Samira Attia"), ("Pour le service : Mme Vernier", "Mme Vernier"),
]  # fmt: skip


@pytest.mark.parametrize("mail", [FORMULA, BARE], ids=["below a formula", "without one"])
@pytest.mark.parametrize(("line", "name"), FULL_NAMES)
def test_a_line_of_the_signature_names_its_author_in_full(mail: str, line: str, name: str) -> None:
    assert author(mail.format(line)) == f"full_name signature : {name}"


FIRST_NAMES = [
    ("Sandrine", "Sandrine"), ("Sandrine P.", "Sandrine P."), ("sandrine p.", "sandrine p."), ("Isa K", "Isa K"),
    ("Claire (BRGE)", "Claire"), ("Claire - BRGE", "Claire"), ("Claire V. / DCL", "Claire V."),
    ("Claire du bureau des titres", "Claire"), ("Claire, pour l'équipe du bureau des titres", "Claire"),
    ("Claire et l'équipe du bureau des titres", "Claire"), ("Claire et Paul", "Claire"), ("~ Claire ~", "Claire"),
    ("Bureau des titres : Claire", "Claire"), ("Pour le service, Claire", "Claire"),
    ("Pour le bureau des armes, Claire", "Claire"), ("Pour l'accueil, Claire", "Claire"),
    ("Marie-Neige", "Marie-Neige"), ("Nadia de l'accueil", "Nadia"), ("Claire de l'unité forêt", "Claire"),
]  # fmt: skip


@pytest.mark.parametrize("mail", [FORMULA, BARE], ids=["below a formula", "without one"])
@pytest.mark.parametrize(("line", "name"), FIRST_NAMES)
def test_a_line_of_the_signature_gives_a_first_name(mail: str, line: str, name: str) -> None:
    assert author(mail.format(line)) == f"first_name signature : {name}"


DESIGNATIONS = [
    ("Matricule 102 938", "number"), ("RIO : 1 234 567", "number"), ("RIO 1234567", "number"),
    ("Agent n° 12", "number"),
    ("agent 39-014", "number"), ("Agent référent n°3", "number"), ("Code agent : PREF39-12", "number"),
    ("Opérateur 44 12", "number"), ("Gestionnaire 7", "number"), ("L’agent n° 12", "number"),
    ("AG-12", "number"), ("39-014", "number"), ("n° 39-014", "number"), ("ID 4512", "number"), ("agent12", "number"),
    ("Agent AB", "initials"), ("C.V.", "initials"), ("CV/PR", "initials"),
    ("L'agent instructeur", "role"), ("La gestionnaire", "role"), ("Secrétariat de Paul ROY", "role"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "level"), DESIGNATIONS)
def test_a_designation_is_no_name(line: str, level: str) -> None:
    assert author(FORMULA.format(line)) == f"absent {level} signature : {line}"


def test_initials_may_stand_before_the_unit_on_its_line() -> None:
    assert author(FORMULA.format("C.V., bureau des titres")) == "absent initials signature : C.V."


@pytest.mark.parametrize("line", ["CS 60648", "BP12", "DDT39", "Porte 3", "39000", "2026", "DCL"])
def test_a_post_box_a_door_or_a_year_designates_nobody(line: str) -> None:
    assert author(FORMULA.format(f"Bureau des titres\n{line}")) == "-"


NOBODY = [
    "L'accueil", "Accueil", "L'équipe du bureau des titres", "Le Préfet", "La Préfète de l'Ain", "Guichet 4",
    "Service des étrangers", "Bureau des Titres Et De La Nationalité", "Les services de la préfecture du Jura",
    "Cité Administrative", "Place de la Préfecture", "Rue Jean Moulin", "Lycée Jean Moulin", "Hôtel de la Préfecture",
    "Lons le Saunier", "Bourg en Bresse", "Val de Marne", "Ligne directe", "Fermeture Annuelle", "Espace Numérique",
    "France Titres", "République Française", "Liberté Égalité Fraternité", "Permis De Conduire", "Cartes grises",
    "Le Magellan", "Les Salines", "Rappel", "Urgence Attentat", "M. Paul MARTIN, né le 12/03/1980",
    "Mme Aya SY, née à Oran",
    "isabelle.klein@jura.gouv.fr", "Ne pas répondre", "L'agent d'accueil, rue Jean Moulin",
    "L'agent du guichet place Jean Moulin", "Mme la", "Contact : CM", "DCL",
]  # fmt: skip


@pytest.mark.parametrize("mail", [FORMULA, BARE], ids=["below a formula", "without one"])
@pytest.mark.parametrize("line", NOBODY)
def test_a_place_a_unit_or_a_motto_names_nobody(mail: str, line: str) -> None:
    assert author(mail.format(line)).split()[0] in ("-", "absent")


# --- the name on the line of the last sentence ----------------------------------------------------

ENDINGS = [
    ("Bonsoir, bien reçu, je vous réponds d’ici la fin de semaine. Julie Pinson", "full_name signature : Julie Pinson"),
    ("Non, strictement interdit jusqu'au 30 septembre. Alban Serre, SIDPC\n\nEnvoyé depuis mon appareil Galaxy",
     "full_name signature : Alban Serre"),
    ("Bonjour Elsa, le duplicata se demande en ligne, il\narrive par voie postale. Mme A. Ould-Kaddour (SDJES)",
     "full_name signature : A. Ould-Kaddour"),
    ("Bonsoir, nous ouvrons à 8 h 45 le lundi. Marc\n\nEnvoyé de mon iPhone", "first_name signature : Marc"),
    ("Bonjour, c'est bon. Sandrine (accueil de la sous-préfecture de Dole)", "first_name signature : Sandrine"),
    ("Bonjour, c'est bon. À demain ! Sandrine", "first_name signature : Sandrine"),
    ("Bonjour, c'est bon. À demain, Sandrine", "first_name signature : Sandrine"),
    ("Bonjour, oui vous pouvez venir demain à partir de 9 h, Sandrine", "first_name signature : Sandrine"),
    ("Le dépôt est possible jusqu'à vendredi - Sandrine Petit", "full_name signature : Sandrine Petit"),
    ("Bonjour,\nVotre titre est prêt. Karim\nBureau des titres", "first_name signature : Karim"),
]  # fmt: skip


@pytest.mark.parametrize(("own", "wanted"), ENDINGS)
def test_a_name_behind_the_last_sentence_signs(own: str, wanted: str) -> None:
    assert author(own) == wanted


NOT_SIGNED = [
    "Bonjour, votre titre est arrivé. Merci de venir avec Paul Martin.",
    "Bonjour, votre titre est arrivé. Il faut voir avec M. Martin.",
    "Bonjour, la rue est fermée. Paul Martin vous attend. Venez avec lui.",
    "C'est noté, Sandrine",
    "Bonjour, vous serez reçue demain matin par ma collègue, Sandrine",
    "Bonjour, votre demande suit son cours. Place de la Préfecture",
    "Bonjour, votre visite médicale est à faire chez le Dr. Martin",
    "Bonjour, le titre est à votre nom - Préfecture du Jura",
    "Bonjour, la photo convient. photo d'identité",
    "Bonjour, tout est en ordre. " + "Bureau des titres et de la nationalité française et des " * 3,
]


@pytest.mark.parametrize("own", NOT_SIGNED)
def test_a_name_that_a_sentence_speaks_of_does_not_sign(own: str) -> None:
    assert author(own) == "-"


def test_a_unit_behind_the_last_sentence_signs_as_a_service() -> None:
    own = "Bonjour, le délai court jusqu'au 12. Le bureau des armes, préfecture de la Creuse"

    assert judged(own) == (
        "-",
        "signature : bureau des armes",
        "signature : préfecture de la Creuse",
    )


def test_a_signature_below_the_last_sentence_comes_before_a_name_at_its_end() -> None:
    own = (
        "Bonjour,\n\nVotre demande concerne votre fils. Karim\n\nClaire Vernier\nBureau des titres"
    )

    assert author(own) == "full_name signature : Claire Vernier"


# --- who presents himself in the text -------------------------------------------------------------

PRESENTED = [
    ("Claire Vernier, du bureau des armes, vous confirme que le dossier est complet.",
     "full_name body : Claire Vernier", "bureau des armes"),
    ("Claire, instructrice au bureau des titres, vous informe que c'est prêt.",
     "first_name body : Claire", "bureau des titres"),
    ("Mme Klein, cheffe du bureau des titres, vous invite à déposer la demande.",
     "full_name body : Mme Klein", "bureau des titres"),
    ("Claire Vernier du bureau des titres, je vous confirme que c'est bon.",
     "full_name body : Claire Vernier", "bureau des titres"),
    ("Claire Vernier, bureau des titres. Votre titre est prêt.",
     "full_name body : Claire Vernier", "bureau des titres"),
    ("Moi, c'est Sandrine, du service des titres. Votre carte est prête.",
     "first_name body : Sandrine", "service des titres"),
    ("Ici Claire Vernier, du bureau des armes. Votre permis est prêt.",
     "full_name body : Claire Vernier", "bureau des armes"),
    ("Je suis l'agent en charge de votre dossier, Isabelle Klein.",
     "full_name body : Isabelle Klein", ""),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "wanted", "service"), PRESENTED)
def test_an_agent_presents_himself_in_the_text(sentence: str, wanted: str, service: str) -> None:
    found = judged(f"Bonjour,\n\n{sentence}\n")

    assert found[0] == wanted
    assert found[1].removeprefix("body : ") == (service or "-")


OTHERS = [
    "Claire Vernier, du bureau des armes, vous répondra lundi.",
    "Claire Vernier, du bureau des armes, vous a répondu le 3 mars.",
    "Claire Dupont, de la mairie de Dole, vous confirme le rendez-vous.",
    "Claire Vernier, votre assistante sociale, vous confirme le rendez-vous.",
    "M. Dupont, maire de Dole, vous invite à la cérémonie.",
    "Ma collègue Claire Vernier, du bureau des titres, vous confirme le rendez-vous.",
    "C'est M. Klein, du bureau des titres, qui vous recevra.",
    "Vous pouvez joindre Claire Vernier au 03 84 86 84 00.",
    "Votre dossier a été transmis à Claire Vernier, du bureau des titres.",
    "Je suis en congé, Claire Vernier vous répondra.",
    "Le rendez-vous est pris : nous vous confirmons l'heure par message.",
]


@pytest.mark.parametrize("sentence", OTHERS)
def test_another_person_of_the_text_is_not_the_author(sentence: str) -> None:
    assert author(f"Bonjour,\n\n{sentence}\n") == "-"


# --- whom the mail greets, and whom it is about ---------------------------------------------------

GREETED = [
    "Monsieur Durand\n\nVotre dossier est complet.\n\nCordialement\n",
    "Bonjour,\n\nVoici ma réponse.\n\nMadame Dupont,\nvotre dossier est complet.\n\nLe service des titres",
    "Votre dossier est complet.\n\nMadame, Monsieur,\n\nVeuillez noter les horaires suivants.\n",
    "Mme Dupont\n12 rue des Lilas\n39000 Lons\n\nMadame,\n\nVotre dossier est complet.\n\nLe bureau des titres",
    "Votre dossier est complet, et je vous prie d'agréer,\nMadame Dupont, mes salutations.",
    "Bonjour,\n\nVoici la personne à contacter :\n\nPaul Martin\n12 rue des Lilas\n",
    "Bonjour,\n\nLe médecin agréé est :\nDr Paul Martin\n",
    "Bonjour,\n\nLe dossier au nom de :\n\nMme Aïcha Benali\nnée le 12/03/1990\n\nest complet.\n\nLe bureau des titres",
    "Nathalie,\n\nVotre dossier est complet.\n",
]


@pytest.mark.parametrize("own", GREETED)
def test_whom_a_mail_greets_or_speaks_of_is_not_its_author(own: str) -> None:
    assert author(own) == "-"


# --- units and institutions -----------------------------------------------------------------------

UNITS = [
    ("L'équipe des titres", "équipe des titres"), ("L'unité des armes", "unité des armes"), ("Le greffe", "greffe"),
    ("L'accueil", "accueil"), ("Accueil", "Accueil"), ("Sce étrangers", "Sce étrangers"), ("BRGE/Titres", "BRGE"),
    ("L'antenne de Dole", "antenne de Dole"),
    ("Pôle asile – GUDA", "Pôle asile"),
    ("Pôle « Séjour »", "Pôle « Séjour »"), ("Cellule fraude", "Cellule fraude"), ("Le standard", "standard"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "service"), UNITS)
def test_a_line_names_the_unit(line: str, service: str) -> None:
    assert judged(FORMULA.format(line))[1] == f"signature : {service}"


INSTITUTIONS = [
    "Préfecture 39", "PRÉFECTURE DU RHÔNE", "Préfet du Jura", "DDT 39", "préfecture d'Eure-et-Loir",
    "Préfecture de police", "Secrétariat général commun du Jura", "Sous-préfecture de Dole",
    "Direction des territoires, de l'alimentation et de la mer de Saint-Pierre-et-Miquelon",
]  # fmt: skip


@pytest.mark.parametrize("line", INSTITUTIONS)
def test_a_line_names_the_institution(line: str) -> None:
    own = f"Bonjour,\n\nVotre attestation est disponible.\n\nCordialement,\nClaire Vernier\n{line}"

    assert judged(own)[2] == f"signature : {line}"


def test_an_agent_presents_himself_by_his_number() -> None:
    own = "Bonjour,\n\nJe suis l'agent n° 4512 du bureau des titres. Votre carte est prête.\n"

    assert author(own) == "absent number body : l'agent n° 4512"


def test_a_first_name_above_the_salutation_is_not_the_author() -> None:
    own = "Claire\nBureau des titres\n\nMadame,\n\nVotre carte est prête, vous pouvez la retirer.\n"

    assert author(own) == "-"


NO_UNITS = [
    "Claire BERG\nPréfecture du Jura",
    "Claire Vernier\n12 place de la Mission Saint-Paul",
    "Claire Vernier\nchargée de mission sécurité routière",
]


@pytest.mark.parametrize("signature", NO_UNITS)
def test_a_surname_a_street_or_a_function_is_no_unit(signature: str) -> None:
    own = f"Bonjour,\n\nVotre attestation est disponible.\n\nCordialement,\n{signature}"

    assert judged(own)[1] == "-"


ELSEWHERE = [
    "Les voisins et amis du SIDPC vous remercient.",
    "Bien entendu préfecture du Jura et mairies vous informent.",
    "Votre dossier doit être déposé au guichet de la\nPréfecture du Jura",
    "Votre dossier est à déposer auprès du greffe ou de notre collègue\nprès de la Préfecture du Jura",
]


@pytest.mark.parametrize("sentence", ELSEWHERE)
def test_a_body_in_the_middle_of_a_sentence_is_not_the_writer_s(sentence: str) -> None:
    assert judged(f"Bonjour,\n\n{sentence}\n")[1:] == ("-", "-")


@pytest.mark.parametrize("line", ["8, rue de la Préfecture du Jura", "jura.gouv.fr", "Préfecture"])
def test_a_street_a_site_or_a_bare_prefecture_is_no_institution(line: str) -> None:
    own = f"Bonjour,\n\nVotre attestation est disponible.\n\nCordialement,\nClaire Vernier\n{line}"

    assert judged(own)[2] == "-"


def test_a_name_above_its_function_in_the_header_is_the_author_s() -> None:
    own = "Paul MARTIN\nChef du bureau des titres\n\nMadame,\n\nVotre carte est prête.\n"

    assert author(own) == "full_name header_block : Paul MARTIN"


def test_sp_in_small_letters_is_no_sous_prefecture() -> None:
    own = "Bonjour,\n\nVotre attestation est disponible.\n\nCordialement,\nClaire Vernier\nsp Jura"

    assert judged(own)[2] == "-"


def test_a_signature_in_several_alphabets_is_read_all_the_same() -> None:
    greek, cyrillic = "αβγδεζηθικλμνξοπρστυφχψω", "бвгдежзийклмнопрстуфхцчшщ"

    assert (
        author(FORMULA.format(f"Hélène LEFÈVRE\n{greek} {cyrillic}"))
        == "full_name signature : Hélène LEFÈVRE"
    )


@pytest.mark.parametrize("marks", ["/", "'", '"', "/'", "« »", "(", "!?", "|", "- /"])
def test_a_line_of_marks_between_two_lines_is_no_line(marks: str) -> None:
    own = f"Bonjour,\n\nVotre carte est prête et vous attend\n{marks}\n\nClaire VERNIER\n"

    assert author(own) == "full_name signature : Claire VERNIER"


# --- where a signature has no formula above, or words of the house below --------------------------

PROSE = "Bonjour,\n\nLa buvette est permise jusqu'à minuit, le maire vous l'a déjà écrit.\n\n"
BELOW = [
    ("Maxime\nDCL-BRE\n\n(Standard : 03 84 86 84 00. Répondez avant le 15 novembre.)", "Maxime", "DCL-BRE"),
    ("Marie-Odile\n\n(en poste à l'accueil jusqu'au 31, demandez ensuite Cédric)", "Marie-Odile", ""),
    (
        "Franck ELISABETH\nService des sécurités\nPensez à votre kit d'urgence.",
        "Franck ELISABETH",
        "Service des sécurités",
    ),
    (
        "Claire Vernier\nBureau des armes\n\nNous vous recevons du lundi au vendredi.\nVotre avis nous intéresse !",
        "Claire Vernier",
        "Bureau des armes",
    ),
    ("A+\nDenis\n\n--\nDCL / BFL", "Denis", "DCL / BFL"),
    ("@+\nDenis, bureau des armes", "Denis", "bureau des armes"),
    ("Denis\n-- \nBureau des armes", "Denis", "Bureau des armes"),
    ("Kind regards,\nClaire Vernier\nBureau des armes", "Claire Vernier", "Bureau des armes"),
    ("À bientôt,\nJP Gauthier SEA", "JP Gauthier", "SEA"),
    ("Nadia de l'accueil", "Nadia", "accueil"),
    ("Magali, S/P Gex", "Magali", "S/P Gex"),
    ("Magali Roux, D.C.L. - bureau des armes", "Magali Roux", "bureau des armes"),
]  # fmt: skip


@pytest.mark.parametrize(("end", "name", "service"), BELOW)
def test_a_signature_is_found_above_what_the_house_adds(end: str, name: str, service: str) -> None:
    who, unit, _ = judged(PROSE + end)

    assert who.endswith(f" : {name}")
    assert unit == (f"signature : {service}" if service else "-")


@pytest.mark.parametrize(
    "own",
    [
        PROSE
        + "Il faut pour cela :\nMarie DURAND\nvotre mère\n\nElle signera aussi le formulaire.",
        PROSE + "M. Paul MARTIN\n3 rue des Écoles\n\nest bien inscrit sur la liste.",
        "Bonjour,\n\nMarie DURAND\nBureau des armes\n\nElle vous rappelle et vous dira quoi envoyer.",
        PROSE + "Friendly,\nthe desk 4",
        PROSE + "Retraits, guichet 6",
    ],
)
def test_who_is_named_above_a_sentence_does_not_sign(own: str) -> None:
    assert author(own) == "-"


def test_what_was_signed_is_no_signatory() -> None:
    who, unit, _ = judged(
        "Signé. L'original est à l'accueil avec votre nom dessus.\nM. Sainte-Rose, permanence du bureau des armes"
    )

    assert who == "full_name signature : M. Sainte-Rose"
    assert unit == "signature : permanence du bureau des armes"


@pytest.mark.parametrize(
    ("line", "institution"),
    [
        ("D.D.T. de la Moselle", "D.D.T. de la Moselle"),
        ("S.G.C.D. du Jura", "S.G.C.D. du Jura"),
        ("S/P Gex", "S/P Gex"),
        ("Direction départementale des territoires - 17 quai Wiltzer", ""),
        ("DDT 57 - 17 quai Wiltzer", "DDT 57"),
        ("DDT - 39 bis, rue Regard", ""),
        ("C.A.F. du Jura", ""),
    ],
)
def test_points_and_strokes_change_no_institution_and_a_street_number_is_none(
    line: str, institution: str
) -> None:
    found = judged(PROSE + f"Cordialement,\nClaire Vernier\n{line}")[2]

    assert found == (f"signature : {institution}" if institution else "-")


@pytest.mark.parametrize(
    ("lines", "service"),
    [
        ("Delphine Vuaillat\nBIS", "BIS"),
        ("Delphine Vuaillat\nBIS\nPréfecture du Jura", "BIS"),
        ("Delphine VUAILLAT\nBIS", ""),
        ("Delphine\nBIS", ""),
        ("Delphine Vuaillat\nPDF", ""),
        ("Delphine Vuaillat\nBIS\nBureau des armes", "Bureau des armes"),
    ],
)
def test_capitals_alone_below_a_full_name_are_a_service_for_want_of_another(
    lines: str, service: str
) -> None:
    found = judged(PROSE + f"Bien à vous,\n{lines}")[1]

    assert found == (f"signature : {service}" if service else "-")


@pytest.mark.parametrize(
    ("line", "institution"),
    [
        ("Marne Prefecture", "Marne Prefecture"), ("Prefecture of Ain", "Prefecture of Ain"),
        ("Ain préfecture", "Ain préfecture"), ("HAUSSARIAT NC", "HAUSSARIAT NC"), ("SP St-Paul", "SP St-Paul"),
        ("Sous-préfecture de St-Claude", "Sous-préfecture de St-Claude"),
        ("L'unité forêt de la DDT (Ain)", "DDT (Ain)"), ("(Préfecture du Jura)", "Préfecture du Jura"),
        ("Direction de la mer (DM) de Mayotte", "Direction de la mer (DM) de Mayotte"),
        ("@Prefet57", ""), ("www.moselle.gouv.fr | @Prefet57", ""), ("#Prefet57", ""),
    ],
)  # fmt: skip
def test_an_institution_is_known_in_other_orders_and_not_in_a_handle(
    line: str, institution: str
) -> None:
    found = judged(PROSE + f"Cordialement,\nClaire Vernier\n{line}")[2]

    assert found == (f"signature : {institution}" if institution else "-")


@pytest.mark.parametrize(
    ("end", "who", "service"),
    [
        (
            "céline morel / bureau du séjour / prefecture de l'ain",
            "céline morel",
            "bureau du séjour",
        ),
        (
            "Bien à vous,\nM. Lundi\nCommission médicale primaire",
            "M. Lundi",
            "Commission médicale primaire",
        ),
        ("Cordialement,\nRégis, agent d'accueil et de sécurité", "Régis", ""),
        ("Cordialement,\nEdmond TISSERAND, S.G.", "Edmond TISSERAND", ""),
        ("Cordialement,\nagathe du service titres", "agathe", "service titres"),
    ],
)
def test_small_letters_and_functions_are_told_from_services(
    end: str, who: str, service: str
) -> None:
    name, unit, _ = judged(PROSE + end)

    assert name.endswith(f" : {who}")
    assert unit == (f"signature : {service}" if service else "-")


def test_units_above_a_delegated_formula_sign() -> None:
    unit = judged(PROSE + "Le bureau des usagers de la route\npour le Préfet de la Moselle")[1]

    assert unit == "signature : bureau des usagers de la route"
