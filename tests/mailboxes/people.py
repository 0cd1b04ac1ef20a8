"""Mailboxes where one must see who asks what: forms, couples, petitions, strangers' threads."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.mailboxes.composing import File
from tests.mailboxes.mailbox import LATE, MAILDIR, OVERDUE, PENDING, Figures, Mailbox
from tests.mailboxes.post import UNNAMED, Post


def polynesie() -> Mailbox:
    """A site's form writes in the citizens' place, always under the same Message-ID or none at all."""
    post = Post(
        zone="Pacific/Tahiti",
        box="formulaire@polynesie-francaise.pref.gouv.fr",
        host="mx.polynesie-francaise.pref.gouv.fr",
        signature="Māuruuru,\n\nTehani TEIHOTU\nBureau de l'accueil et des étrangers\nHaut-commissariat de la République en Polynésie française",
    )
    robot = "Site internet de l'État <ne-pas-repondre@polynesie-francaise.pref.gouv.fr>"
    constant = "<formulaire@web.polynesie-francaise.pref.gouv.fr>"

    def form(surname: str, first: str, address: str, words: str) -> str:
        return (
            "Un message a été envoyé depuis le formulaire « Nous contacter ».\n\n"
            f"Nom : {surname}\nPrénom : {first}\nAdresse électronique : {address}\nCommune : Papeete\n\nMessage :\n{words}\n\n"
            "Ce message a été envoyé automatiquement, merci de ne pas y répondre."
        )

    title = "[Formulaire de contact] Nouvelle demande"
    post.arrive("form-1", "2026-04-02 22:15", robot, title, form("Tetuanui", "Hinano", "hinano.tetuanui@mail.example", "Bonjour, quel est le délai pour obtenir un visa pour mon mari néo-zélandais ?"), message_id=constant, headers={"Reply-To": "Hinano Tetuanui <hinano.tetuanui@mail.example>"})
    post.arrive("form-2", "2026-04-03 07:30", robot, title, form("Lai", "Moana", "moana.lai@mail.example", "Bonjour, où déposer les statuts d'une association de va'a ?"), message_id=constant, headers={"Auto-Submitted": "auto-generated"})
    post.arrive("form-3", "2026-04-03 07:31", robot, title, form("Bonno", "Vaea", "vaea.bonno@mail.example", "Faut-il un permis pour conduire un tuk-tuk ? Merci de votre réponse."), message_id=UNNAMED, headers={"Reply-To": "vaea.bonno@mail.example"})
    post.arrive("form-4", "2026-04-07 16:00", robot, title, form("Lai", "Moana", "moana.lai@mail.example", "Bonjour, une dernière chose : les mineurs peuvent-ils être membres du bureau de l'association ?"), message_id=constant)
    post.arrive("form-5", "2026-04-08 10:00", robot, title, form("Snow", "Matahi", "matahi.snow@mail.example", "Je suis de nationalité américaine, quels documents pour prolonger mon séjour ?"), message_id=UNNAMED, headers={"Reply-To": "matahi.snow@mail.example"})
    post.send("form-1-r", "2026-04-10 08:00", "hinano.tetuanui@mail.example", "Bonjour Madame,\n\nUn visa de conjoint de Français est délivré en trois semaines environ par le consulat.", answering="form-1", style="thunderbird")
    post.send("form-2-r", "2026-04-07 09:00", "Moana Lai <moana.lai@mail.example>", "Bonjour Monsieur,\n\nLes statuts d'une association de va'a se déposent au haut-commissariat, bureau des associations.", subject="Votre association")
    post.send("form-4-r", "2026-04-09 09:00", "moana.lai@mail.example", "Bonjour Monsieur,\n\nUn mineur de seize ans peut être membre du bureau de l'association, avec l'accord de ses parents.", answering="form-4", style="thunderbird")
    post.send("form-3-r", "2026-04-13 23:40", "vaea.bonno@mail.example", "Bonjour,\n\nUn tuk-tuk se conduit avec le permis B.", answering="form-3")
    post.arrive("form-3-m", "2026-04-14 07:00", "Vaea Bonno <vaea.bonno@mail.example>", "RE: Nouvelle demande", "Parfait, merci !", answering="form-3-r")
    return Mailbox(
        name="polynesie",
        settings="""
[institution]
name = "Haut-commissariat de la République en Polynésie française"
calendar = "987"
domains = ["polynesie-francaise.pref.gouv.fr"]
addresses = ["formulaire@polynesie-francaise.pref.gouv.fr"]
""",
        now="2026-04-16T09:00:00-10:00",
        kept=tuple(post.kept),
        expected=(
            post.answered("form-1", "2026-04-02", "2026-04-10", "2026-04-10", "form-1-r", 5, "3 April in UTC and in Paris; Easter Monday", file="form-1"),
            post.answered("form-2", "2026-04-03", "2026-04-13", "2026-04-07", "form-2-r", 1, "the robot's mail says auto-generated; the answer is a new message", file="form-2"),
            post.answered("form-3", "2026-04-03", "2026-04-13", "2026-04-13", "form-3-r", 5, "no Message-ID; twenty to midnight is 14 April in UTC", file="form-3"),
            post.answered("form-4", "2026-04-07", "2026-04-14", "2026-04-09", "form-4-r", 2, "the same person by the same form, another question", file="form-4"),
            post.unanswered("form-5", "2026-04-08", "2026-04-15", OVERDUE, "no Message-ID and no answer", file="form-5"),
        ),
        email=Figures(numerator=4, denominator=5, rate="80 %", unfollowed=0, mean_first=3.25, mean_substantive=3.25, median=3.5, p90=5),
    )


def doubs() -> Mailbox:
    """Who is answered by whom: other agents, other addresses, other people's threads."""
    post = Post(
        zone="Europe/Paris",
        box="pref-usagers@doubs.gouv.fr",
        host="mta.doubs.gouv.fr",
        signature="Cordialement,\n\nÉmilie CARTIER\nBureau de l'accueil des usagers\nPréfecture du Doubs",
        inbox="INBOX",
        sent="INBOX/Envoyés",
        style="thunderbird",
    )
    noe = "Noé Tournier <noe.tournier@free.example>"
    post.arrive("transfert", "2026-03-02 10:00", noe, "Plan de prévention des risques", "Bonjour,\n\nPourriez-vous me dire si ma parcelle AB 112 à Ornans est en zone inondable ?\n\nNoé Tournier")
    post.send("transfert-f", "2026-03-02 14:00", "Service risques <ddt-risques@doubs.gouv.fr>", "Bonjour, pour traitement et réponse directe à l'usager, merci.", answering="transfert", linked=False, subject="TR: Plan de prévention des risques", style="outlook")
    post.arrive(
        "transfert-r", "2026-03-05 11:00", "Denis Roy <denis.roy@doubs.gouv.fr>", "RE: Plan de prévention des risques",
        "Monsieur,\n\nVotre parcelle AB 112 est située en zone bleue du plan de prévention du risque inondation de la Loue.\n\nDenis ROY\nService de la prévention des risques\nDirection départementale des territoires du Doubs",
        to=noe, headers={"Cc": "pref-usagers@doubs.gouv.fr"},
    )
    clara = "Clara Mougin <clara.mougin@orange.example>"
    post.arrive("autre-adresse", "2026-03-03 09:00", clara, "Permis de chasse", "Bonjour,\n\nMon fils de quinze ans peut-il passer le permis de chasser cette année ?\n\nClara Mougin\n06 00 00 00 00\nclara.mougin.pro@cabinet-mougin.example")
    post.send("autre-adresse-r", "2026-03-06 09:30", "Clara Mougin <clara.mougin.pro@cabinet-mougin.example>", "Madame,\n\nL'examen du permis de chasser est ouvert dès quinze ans, et la chasse à seize ans.", answering="autre-adresse")
    ivan = "Ivan Petit <ivan.petit@sfr.example>"
    post.arrive("a-suivre", "2026-03-04 08:00", ivan, "Demande de renseignement", "Bonjour,\n\nQui contacter pour un logement insalubre à Pontarlier ?\n\nIvan Petit")
    lola = "Lola Barbier <lola.barbier@gmail.example>"
    post.arrive("homonyme", "2026-03-04 08:30", lola, "Demande de renseignement", "Bonjour,\n\nJ'aimerais savoir si le musée de la préfecture se visite pendant les vacances.\n\nLola Barbier")
    post.send("a-suivre-r", "2026-03-09 10:00", ivan, "Monsieur,\n\nPour un logement insalubre, l'interlocuteur est l'agence régionale de santé ; voici le lien du formulaire de signalement.", subject="RE: Demande de renseignement", quoting=False)
    post.arrive("accroche", "2026-03-10 09:00", lola, "Re: Permis de chasse", "Bonjour,\n\nJe suis la voisine de Madame Mougin qui m'a transmis votre message. Et pour la pêche, faut-il aussi un examen ?\n\nLola Barbier", answering="autre-adresse-r")
    post.send("accroche-r", "2026-03-17 15:00", lola, "Madame,\n\nNon : la carte de pêche s'achète sans examen.", answering="accroche")
    wang = "Li Wang <li.wang@univ.example>"
    post.arrive("sans-fil", "2026-03-11 12:00", wang, "Changement d'adresse", "Bonjour,\n\nJe suis étudiante étrangère et j'ai déménagé à Besançon. Dois-je déclarer ma nouvelle adresse ?\n\nLi Wang")
    post.send("sans-fil-r", "2026-03-12 09:00", wang, "Bonjour Madame,\n\nOui, la nouvelle adresse se déclare en ligne dans les trois mois.", subject="Re : Réf. : changement  d'adresse", quoting=False)
    eva = "Eva Lambert <eva.lambert@laposte.example>"
    post.arrive("inconnu", "2026-03-16 09:00", eva, "Re: Carte mobilité", "Bonjour,\n\nJe reprends notre échange avec votre accueil téléphonique : quelles pièces pour une carte mobilité inclusion ?\n\nEva Lambert", headers={"In-Reply-To": "<jamais-vu@doubs.gouv.fr>", "References": "<jamais-vu@doubs.gouv.fr>"})
    post.send("inconnu-r", "2026-03-19 09:00", eva, "Madame,\n\nLa carte mobilité inclusion se demande à la maison départementale des personnes handicapées.", quoting=False, subject="Carte mobilité", headers={"References": "<jamais-vu@doubs.gouv.fr> <perdu@laposte.example>", "In-Reply-To": "<perdu@laposte.example>"})
    rose = "Rose Henriot <rose.henriot@orange.example>"
    post.arrive("relance-1", "2026-03-09 10:00", rose, "Élevage de chiens", "Bonjour,\n\nFaut-il un certificat de capacité pour élever trois chiens ?\n\nRose Henriot")
    post.arrive("relance-2", "2026-03-13 10:00", rose, "Re: Élevage de chiens", "Bonjour,\n\nJe me permets de vous relancer, je n'ai toujours pas de réponse à mon message ci-dessous.\n\nRose Henriot", answering="relance-1")
    post.send("relance-r", "2026-03-16 11:00", rose, "Madame,\n\nÀ partir de la deuxième portée par an, une attestation de connaissances est demandée.", answering="relance-2")
    tom = "Tom Girard <tom.girard@free.example>"
    post.arrive("alias", "2026-03-18 10:00", tom, "Fourrière", "Bonjour,\n\nOù est la fourrière de Montbéliard ? Ma voiture a été enlevée.\n\nTom Girard", to="pref-usagers+site@doubs.gouv.fr")
    post.send("alias-r", "2026-03-20 10:00", "tom.girard+pref@free.example", "Monsieur,\n\nLa fourrière de Montbéliard se trouve rue des Huisselets.", answering="alias")
    hacker = "Zoé Denis <zoe.denis@proton.example>"
    post.arrive("usurpe", "2026-03-23 10:00", hacker, "Raccordement", "Bonjour,\n\nÀ qui dois-je adresser une question sur une ligne électrique ?\n\nZoé Denis")
    post.arrive("usurpe-faux", "2026-03-23 11:00", "Préfecture du Doubs <pref-usagers@doubs.gouv.fr>", "RE: Raccordement", "Votre compte va être suspendu. Confirmez votre mot de passe ici : http://doubs.example/compte", to="pref-usagers@doubs.gouv.fr", headers={"In-Reply-To": "<usurpe@proton.example>"})
    return Mailbox(
        name="doubs",
        settings="""
[institution]
name = "Préfecture du Doubs"
calendar = "25"
domains = ["doubs.gouv.fr"]
addresses = ["pref-usagers@doubs.gouv.fr"]
""",
        now="2026-04-01T09:00:00+02:00",
        kept=tuple(post.kept),
        expected=(
            post.answered("transfert", "2026-03-02", "2026-03-09", "2026-03-05", "transfert-r", 3, "forwarded inside, answered by the colleague by a new message, box in copy"),
            post.answered("autre-adresse", "2026-03-03", "2026-03-10", "2026-03-06", "autre-adresse-r", 3, "answered to another address of the same person, her words quoted"),
            post.answered("a-suivre", "2026-03-04", "2026-03-11", "2026-03-09", "a-suivre-r", 3, "no header links it, the addressee does; sent on to another body", kind="referral"),
            post.unanswered("homonyme", "2026-03-04", "2026-03-11", OVERDUE, "the same subject from a stranger is answered to nobody else"),
            post.answered("relance-1", "2026-03-09", "2026-03-16", "2026-03-16", "relance-r", 5, "the answer to the reminder answers the question; the clock stays"),
            post.answered("accroche", "2026-03-10", "2026-03-17", "2026-03-17", "accroche-r", 5, "hung on another citizen's thread: her own question"),
            post.answered("sans-fil", "2026-03-11", "2026-03-18", "2026-03-12", "sans-fil-r", 1, "no References, prefixes and spaces in the subject"),
            post.answered("inconnu", "2026-03-16", "2026-03-23", "2026-03-19", "inconnu-r", 3, "References to mails that nobody saw"),
            post.answered("alias", "2026-03-18", "2026-03-25", "2026-03-20", "alias-r", 2, "plus-addressing on both sides"),
            post.unanswered("usurpe", "2026-03-23", "2026-03-30", OVERDUE, "a forged mail from our own address answers nobody"),
        ),
        email=Figures(
            numerator=8, denominator=10, rate="80 %", unfollowed=0, p90=5, median=3.0,
            mean_first=(3 + 3 + 3 + 5 + 5 + 1 + 3 + 2) / 8, mean_substantive=(3 + 3 + 3 + 5 + 5 + 1 + 3 + 2) / 8,
        ),
    )


def ariege() -> Mailbox:
    """Parallel questions, couples, a petition, a stranger's file number; Maildir++ as Dovecot names it."""
    post = Post(
        zone="Europe/Paris",
        box="pref-contact@ariege.gouv.fr",
        host="mx.ariege.gouv.fr",
        signature="Bien cordialement,\n\nSylvie AURIAC\nService de la coordination interministérielle\nPréfecture de l'Ariège",
        inbox=".",
        sent=".&AMk-l&AOk-ments envoy&AOk-s",
        style="outlook",
    )
    paula = "Paula Ribeiro <paula.ribeiro@orange.example>"
    post.arrive("loup", "2026-06-01 09:00", paula, "Indemnisation attaque de loup", "Bonjour,\n\nDeux de mes brebis ont été tuées. Qui vient constater les dégâts du loup et dans quel délai ?\n\nPaula Ribeiro")
    post.arrive("gite", "2026-06-02 09:00", paula, "Classement d'un gîte", "Bonjour,\n\nJe souhaite faire classer mon gîte rural en meublé de tourisme. À quel organisme m'adresser ?\n\nPaula Ribeiro")
    post.send("gite-r", "2026-06-03 09:00", paula, "Madame,\n\nLe classement d'un meublé de tourisme est prononcé par un organisme accrédité ; la liste est sur le site d'Atout France.", answering="gite")
    post.send("loup-r", "2026-06-10 09:00", paula, "Madame,\n\nLe constat des dégâts du loup est fait par un agent de l'office de la biodiversité sous trois jours.", answering="loup")
    serge = "Serge Fauré <serge.faure@laposte.example>"
    post.arrive("chasse", "2026-06-03 14:00", serge, "Piégeage", "Bonjour,\n\nQuel agrément faut-il pour piéger les ragondins ?\n\nSerge Fauré")
    post.arrive("bois", "2026-06-04 14:00", serge, "Coupe de bois", "Bonjour,\n\nDois-je déclarer une coupe de bois d'un hectare dans ma forêt ?\n\nSerge Fauré")
    post.send(
        "deux-en-une", "2026-06-09 10:00", serge,
        "Monsieur,\n\nVoici la réponse à vos deux messages des 3 et 4 juin. Pour piéger les ragondins, l'agrément de piégeur n'est pas nécessaire avec une cage. "
        "Pour la coupe de bois d'un hectare, aucune déclaration n'est nécessaire en dessous de quatre hectares.",
        answering="chasse bois",
    )
    anne = "Anne Soula <anne.soula@free.example>"
    luc = "Luc Soula <luc.soula@gmail.example>"
    post.arrive("elle", "2026-06-08 08:00", anne, "Acquisition de la nationalité", "Bonjour,\n\nMon mari est belge, nous sommes mariés depuis six ans. Peut-il demander la nationalité française par déclaration ?\n\nAnne Soula")
    post.arrive("lui", "2026-06-08 20:00", luc, "Permis de conduire belge", "Bonjour,\n\nMon permis belge a été volé hier. Où demander un duplicata ?\n\nLuc Soula")
    post.send("elle-r", "2026-06-11 08:00", f"{anne}, {luc}", "Madame, Monsieur,\n\nOui, la déclaration de nationalité est possible après quatre ans de mariage avec une Française.", answering="elle")
    text = (
        "Monsieur le Préfet,\n\nRiveraine de la route départementale 117, je souhaite savoir si une déviation du village de Prat est prévue "
        "et à quelle date l'enquête publique sera ouverte.\n\nDans l'attente de votre réponse,\n\n{}"
    )
    for number, (name, address) in enumerate(
        (("Julie Rouan", "j.rouan@orange.example"), ("Michel Estèbe", "m.estebe@sfr.example"), ("Fatou Diop", "fatou.diop@gmail.example"),
         ("Guy Laffont", "guy.laffont@wanadoo.example"), ("Rita Souto", "rita.souto@free.example")),
        start=1,
    ):
        post.arrive(f"prat-{number}", f"2026-06-1{number - 1} 10:00", f"{name} <{address}>", "Déviation de Prat", text.format(name))
    post.send("prat-r", "2026-06-15 10:00", "Julie Rouan <j.rouan@orange.example>", "Madame,\n\nL'enquête publique sur la déviation de Prat sera ouverte en octobre.", answering="prat-1")
    post.send("prat-r2", "2026-06-23 10:00", "Fatou Diop <fatou.diop@gmail.example>", "Madame,\n\nL'enquête publique sur la déviation de Prat sera ouverte en octobre.", answering="prat-3")
    nora = "Nora Vidal <nora.vidal@laposte.example>"
    post.arrive("dossier-1", "2026-06-10 15:00", nora, "Dossier 0921-2026-00457", "Bonjour,\n\nPouvez-vous me dire où en est mon dossier n° 0921-2026-00457 de regroupement familial ?\n\nNora Vidal")
    post.arrive("dossier-2", "2026-06-11 15:00", "Karim Saïd <karim.said@sfr.example>", "Regroupement familial", "Bonjour,\n\nMa cousine Nora Vidal a le dossier n° 0921-2026-00457. Puis-je joindre ma demande à la sienne ?\n\nKarim Saïd")
    post.send("dossier-1-r", "2026-06-12 15:00", nora, "Madame,\n\nVotre dossier n° 0921-2026-00457 est complet et sera présenté à la commission.", subject="Votre dossier 0921-2026-00457", quoting=False)
    ulysse = "Ulysse Pons <ulysse.pons@free.example>"
    post.arrive("ancien", "2026-06-15 09:00", ulysse, "Cartes anciennes", "Bonjour,\n\nOù consulter les anciens plans des mines de Rancié ?\n\nUlysse Pons")
    post.send("ancien-r", "2026-06-16 09:00", ulysse, "Monsieur,\n\nCes plans sont conservés aux archives départementales, à Foix.", answering="ancien")
    post.arrive("merci-et", "2026-06-17 09:00", ulysse, "Re: Cartes anciennes", "Merci beaucoup. Une autre question : faut-il une autorisation pour visiter une galerie abandonnée ?\n\nUlysse Pons", answering="ancien-r", files=(File(name="plan.pdf"),))
    return Mailbox(
        name="ariege",
        settings="""
[institution]
name = "Préfecture de l'Ariège"
calendar = "09"
domains = ["ariege.gouv.fr"]
addresses = ["pref-contact@ariege.gouv.fr"]
""",
        now="2026-06-24T09:00:00+02:00",
        form=MAILDIR,
        kept=tuple(post.kept),
        expected=(
            post.answered("loup", "2026-06-01", "2026-06-08", "2026-06-10", "loup-r", 7, "two questions of one person, answers crossing", LATE),
            post.answered("gite", "2026-06-02", "2026-06-09", "2026-06-03", "gite-r", 1, "two questions of one person, answers crossing"),
            post.answered("chasse", "2026-06-03", "2026-06-10", "2026-06-09", "deux-en-une", 4, "one answer to two questions"),
            post.answered("bois", "2026-06-04", "2026-06-11", "2026-06-09", "deux-en-une", 3, "one answer to two questions"),
            post.answered("elle", "2026-06-08", "2026-06-15", "2026-06-11", "elle-r", 3, "a couple with two questions; both addressed, one answered"),
            post.unanswered("lui", "2026-06-08", "2026-06-15", OVERDUE, "he reads the answer to her, which says nothing of his question"),
            post.answered("prat-1", "2026-06-10", "2026-06-17", "2026-06-15", "prat-r", 3, "five citizens, one form letter: five requests"),
            post.unanswered("prat-2", "2026-06-11", "2026-06-18", OVERDUE, "five citizens, one form letter: five requests"),
            post.answered("prat-3", "2026-06-12", "2026-06-19", "2026-06-23", "prat-r2", 7, "five citizens, one form letter: five requests", LATE),
            post.unanswered("prat-4", "2026-06-13", "2026-06-19", OVERDUE, "five citizens, one form letter: five requests"),
            post.unanswered("prat-5", "2026-06-14", "2026-06-19", OVERDUE, "five citizens, one form letter: five requests"),
            post.answered("dossier-1", "2026-06-10", "2026-06-17", "2026-06-12", "dossier-1-r", 2, "where is my file: its state is the answer"),
            post.unanswered("dossier-2", "2026-06-11", "2026-06-18", OVERDUE, "quotes a cousin's number; the answer to her is not his"),
            post.answered("ancien", "2026-06-15", "2026-06-22", "2026-06-16", "ancien-r", 1, "a new question hangs on it afterwards"),
            post.unanswered("merci-et", "2026-06-17", "2026-06-24", PENDING, "thanks with a new question in the answered thread"),
        ),
        email=Figures(
            numerator=7, denominator=14, rate="50 %", pending=1, unfollowed=0, median=3.0, p90=7,
            mean_first=(7 + 1 + 4 + 3 + 3 + 3 + 7 + 2 + 1) / 9, mean_substantive=(7 + 1 + 4 + 3 + 3 + 3 + 7 + 2 + 1) / 9,
        ),
    )
