"""Mailboxes of what surrounds the requests: noise, scope, letters, exceptions, periods, poison."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.mailboxes.composing import File, local, received
from tests.mailboxes.mailbox import (
    EXCLUDED,
    IN_TIME,
    LATE,
    MAILDIR,
    MBOX,
    OVERDUE,
    PENDING,
    Figures,
    Mailbox,
    Obligation,
)
from tests.mailboxes.post import Post


def var() -> Mailbox:
    """Much noise, few questions; Gmail's folders in modified UTF-7."""
    post = Post(
        zone="Europe/Paris",
        box="sp-draguignan@var.gouv.fr",
        host="mx.var.gouv.fr",
        signature="Cordialement,\n\nNathalie ORSINI\nPôle de la sécurité et de la réglementation\nSous-préfecture de Draguignan",
        inbox="INBOX",
        sent="[Gmail]/Messages envoy&AOk-s",
        style="gmail",
    )
    zoe = "Zoé Garcin <zoe.garcin@orange.example>"
    post.arrive(
        "liste", "2026-05-04 09:00", zoe, "Fermeture du bureau", "Bonjour,\n\nLa fermeture de l'accueil vendredi est-elle confirmée ?\n\nZoé Garcin",
        headers={"X-Auto-Response-Suppress": "DR, OOF, AutoReply", "Auto-Submitted": "no", "Precedence": "normal"},
    )
    post.send("liste-r", "2026-05-05 09:00", zoe, "Madame,\n\nOui, l'accueil sera fermé le vendredi 8 mai, jour férié.", answering="liste")
    post.arrive("sur-le-robot", "2026-05-05 10:00", "Alan Roux <alan.roux@free.example>", "Demande concernant votre réponse automatique", "Bonjour,\n\nVotre réponse automatique annonce un délai de cinq jours ouvrés. Le samedi est-il compté ?\n\nAlan Roux")
    post.arrive("lettre", "2026-05-05 11:00", "Lettre des maires <lettre@editeur.example>", "La lettre d'actualité juridique - mai 2026", "Toute l'actualité du mois.\n\nPour vous désinscrire, cliquez ici.", headers={"List-Unsubscribe": "<mailto:stop@editeur.example>", "List-Id": "<lettre.editeur.example>", "Precedence": "bulk"})
    post.arrive("pub", "2026-05-05 12:00", "Bureau Plus <ventes@bureauplus.example>", "-40 % sur les fauteuils ergonomiques", "Équipez votre accueil ! Nos offres exceptionnelles vous attendent jusqu'au 15 mai.\n\nSe désabonner : http://bureauplus.example/stop", headers={"List-Unsubscribe": "<http://bureauplus.example/stop>"})
    post.arrive("hameconnage", "2026-05-06 02:00", "Service Colis <colis@livraison-suivi.example>", "Votre colis est en attente", "Votre colis n'a pas pu être livré. Réglez 1,99 € de frais de douane sous 24 h : http://livraison-suivi.example/payer", headers={"X-Spam-Flag": "YES", "X-Spam-Status": "Yes, score=18.2"})
    post.arrive(
        "agenda", "2026-05-06 09:00", "Mairie de Lorgues <mairie@lorgues.example>", "Accepté : Réunion festivals", "",
        headers={"X-Mailer": "Calendrier"}, html="",
        files=(File(name="invite.ics", content_type="text/calendar", content=b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1@lorgues.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),),
    )
    post.arrive("collegue", "2026-05-06 10:00", "Paul Aubert <paul.aubert@var.gouv.fr>", "Réunion de service jeudi", "Bonjour à tous,\n\nLa réunion de service est avancée à 9 h jeudi. Pouvez-vous confirmer votre présence ?\n\nPaul")
    post.arrive("alerte", "2026-05-06 07:00", "mailwatch <mailwatch@var.gouv.fr>", "Qual-e-pref : 2 demandes à traiter cette semaine", "2 demandes arrivent à échéance.\n\nsp-draguignan, arrivée le 4 mai à 09:00, échéance le 12 mai.", headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"})
    post.arrive("merci-avance", "2026-05-07 10:00", "Nina Colin <nina.colin@sfr.example>", "Brocante", "Bonjour, merci de me préciser si une brocante de trois jours est possible. Je vous remercie par avance.\nNina Colin")
    post.send("merci-avance-r", "2026-05-18 10:00", "Nina Colin <nina.colin@sfr.example>", "Madame,\n\nOui, dans la limite de deux ventes par an au même endroit.", answering="merci-avance")
    post.arrive("merci-quand-meme", "2026-05-18 12:00", "Nina Colin <nina.colin@sfr.example>", "Re: Brocante", "Merci quand même, j'avais trouvé la réponse sur votre site. Bonne journée.", answering="merci-avance-r")
    post.arrive("absence", "2026-05-11 08:00", "Zoé Garcin <zoe.garcin@orange.example>", "Absence du bureau : Re: Fermeture du bureau", "Je suis absente jusqu'au 20 mai et répondrai à mon retour.")
    return Mailbox(
        name="var",
        settings="""
[institution]
name = "Préfecture du Var"
calendar = "83"
domains = ["var.gouv.fr"]
addresses = ["sp-draguignan@var.gouv.fr"]
""",
        now="2026-05-19T09:00:00+02:00",
        form=MAILDIR,
        kept=tuple(post.kept),
        expected=(
            post.answered("liste", "2026-05-04", "2026-05-12", "2026-05-05", "liste-r", 1, "X-Auto-Response-Suppress and Auto-Submitted: no are a human's"),
            post.unanswered("sur-le-robot", "2026-05-05", "2026-05-13", OVERDUE, "a person writes about an automatic reply"),
            post.answered("merci-avance", "2026-05-07", "2026-05-18", "2026-05-18", "merci-avance-r", 5, "thanks in advance close nothing; 8 and 14 May"),
        ),
        email=Figures(numerator=2, denominator=3, rate="66,7 %", unfollowed=0, mean_first=3.0, mean_substantive=3.0, median=3.0, p90=5),
        mentions=((2, 0, 0, 0), (2, 0, 0, 0), (2, 0, 0, 0)),
    )


def loire() -> Mailbox:
    """What is counted and what is not, several boxes, a service that takes a case over."""
    post = Post(
        zone="Europe/Paris",
        box="pref-accueil@loire.gouv.fr",
        host="mx.loire.gouv.fr",
        signature="Cordialement,\n\nRégis FAYOLLE\nBureau de l'accueil\nPréfecture de la Loire",
        inbox="Reçus",
        sent="Objets envoyés",
        style="zimbra",
    )
    ada = "Adèle Brun <adele.brun@orange.example>"
    post.arrive("plainte", "2026-06-01 09:00", ada, "Réclamation", "Madame, Monsieur,\n\nJe suis très mécontente de l'accueil reçu au guichet 4 : j'ai attendu deux heures et l'agent a été désagréable. Je tiens à vous faire part de mon insatisfaction.\n\nAdèle Brun")
    post.arrive("idee", "2026-06-01 10:00", "Yvon Clair <yvon.clair@free.example>", "Suggestion", "Bonjour,\n\nJe vous suggère d'installer un porte-vélos devant l'entrée de la préfecture ; ce serait une amélioration pour tous.\n\nYvon Clair")
    post.arrive("recours", "2026-06-02 09:00", "Idris Camara <idris.camara@sfr.example>", "Recours gracieux", "Monsieur le Préfet,\n\nPar la présente, je forme un recours gracieux contre votre décision du 12 mai 2026 refusant le renouvellement de mon titre de séjour, dont je demande l'annulation.\n\nIdris Camara")
    post.arrive("facture", "2026-06-02 10:00", "Comptabilité <facturation@papeterie-forez.example>", "Facture n° 2026-1187", "Bonjour,\n\nVeuillez trouver ci-joint notre facture n° 2026-1187 d'un montant de 412,80 €, payable à trente jours.\n\nLe service comptabilité", files=(File(name="facture-2026-1187.pdf"),))
    post.arrive("candidature", "2026-06-02 11:00", "Maud Perrin <maud.perrin@gmail.example>", "Candidature spontanée", "Madame, Monsieur,\n\nJe vous adresse ma candidature au poste d'adjoint administratif. Vous trouverez ci-joint mon CV et ma lettre de motivation.\n\nMaud Perrin", files=(File(name="CV.pdf"),))
    leon = "Léon Sabot <leon.sabot@laposte.example>"
    post.arrive("standard", "2026-06-03 09:00", leon, "Chasse d'eau privée", "Bonjour,\n\nQui contrôle les puits privés dans la commune de Feurs ?\n\nLéon Sabot")
    post.copy("standard-2", "standard", "Reçus/Roanne", without=(b"Received",))
    post.send("standard-r", "2026-06-04 09:00", leon, "Monsieur,\n\nLes puits privés sont contrôlés par le service d'eau de votre commune.", answering="standard")
    ema = "Emma Giraud <emma.giraud@wanadoo.example>"
    post.arrive("roanne", "2026-06-04 10:00", ema, "Passage à niveau", "Bonjour,\n\nQuand le passage à niveau de Roanne sera-t-il fermé pour travaux ?\n\nEmma Giraud", to="sp-roanne@loire.gouv.fr", folder="Reçus/Roanne")
    post.send("roanne-r", "2026-06-11 10:00", ema, "Madame,\n\nLa fermeture est prévue du 6 au 17 juillet.", answering="roanne", sender="Sous-préfecture de Roanne <sp-roanne@loire.gouv.fr>")
    post.arrive("mixte", "2026-06-05 10:00", "Jean Faure <jean.faure@orange.example>", "Attente au guichet", "Bonjour,\n\nJe me plains de l'attente au guichet mardi. Par ailleurs, pouvez-vous me dire sur quel site prendre rendez-vous pour un permis de conduire ?\n\nJean Faure")
    post.arrive("reclamer", "2026-06-05 11:00", "Inès Blanc <ines.blanc@free.example>", "Document à réclamer", "Bonjour,\n\nÀ quel guichet puis-je réclamer mon permis de conduire envoyé en recommandé ?\n\nInès Blanc")
    post.arrive(
        "signale", "2026-06-08 09:00", "Paul Girod <paul.girod@loire.gouv.fr>", "TR: Carte d'identité de mon père",
        "Bonjour, pour réponse à l'usagère, merci.\n\nPaul Girod\nStandard\n\n-----Message d'origine-----\nDe : Louise Vial <louise.vial@sfr.example>\nEnvoyé : vendredi 5 juin 2026 18:00\nÀ : Standard\n"
        "Objet : Carte d'identité de mon père\n\nBonjour,\n\nMon père est en maison de retraite. Comment refaire sa carte d'identité sans qu'il se déplace ?\n\nLouise Vial",
    )
    post.send("signale-r", "2026-06-09 09:00", "Louise Vial <louise.vial@sfr.example>", "Madame,\n\nUn agent de mairie peut recueillir la demande de carte d'identité au domicile de votre père ; la mairie vous dira quand.", subject="Carte d'identité de votre père", quoting=False)
    return Mailbox(
        name="loire",
        settings="""
[institution]
name = "Préfecture de la Loire"
calendar = "42"
domains = ["loire.gouv.fr"]
addresses = ["pref-accueil@loire.gouv.fr", "sp-roanne@loire.gouv.fr"]
[[box]]
address = "pref-accueil@loire.gouv.fr"
service = "Bureau de l'accueil"
[[box]]
address = "sp-roanne@loire.gouv.fr"
service = "Sous-préfecture de Roanne"
""",
        now="2026-06-12T18:00:00+02:00",
        kept=tuple(post.kept),
        expected=(
            post.unanswered("plainte", "2026-06-01", "2026-06-08", EXCLUDED, "a complaint is listed, not counted", nature="complaint"),
            post.unanswered("idee", "2026-06-01", "2026-06-08", EXCLUDED, "a suggestion is listed, not counted", nature="suggestion"),
            post.unanswered("recours", "2026-06-02", "2026-06-09", EXCLUDED, "an appeal is out of scope", nature="out_of_scope"),
            post.unanswered("facture", "2026-06-02", "2026-06-09", EXCLUDED, "an invoice is out of scope", nature="out_of_scope"),
            post.unanswered("candidature", "2026-06-02", "2026-06-09", EXCLUDED, "an application is out of scope", nature="out_of_scope"),
            post.answered("standard", "2026-06-03", "2026-06-10", "2026-06-04", "standard-r", 1, "the same mail in two boxes", service="Bureau de l'accueil"),
            post.answered("roanne", "2026-06-04", "2026-06-11", "2026-06-11", "roanne-r", 5, "a sub-préfecture answers for itself", service="Sous-préfecture de Roanne"),
            post.unanswered("mixte", "2026-06-05", "2026-06-12", PENDING, "a complaint with a question is a request; due today", nature="request"),
            post.unanswered("reclamer", "2026-06-05", "2026-06-12", PENDING, "claiming a document is no complaint", nature="request"),
            post.answered("signale", "2026-06-08", "2026-06-15", "2026-06-09", "signale-r", 1, "a colleague forwards a citizen's question"),
        ),
        email=Figures(numerator=3, denominator=3, rate="100 %", pending=2, unfollowed=0, mean_first=7 / 3, mean_substantive=7 / 3, median=1.0, p90=5),
    )


def creuse() -> Mailbox:
    """The register of letters beside the mail; answers vouched for by a person; observation since a day."""
    post = Post(
        zone="Europe/Paris",
        box="pref-courrier@creuse.gouv.fr",
        host="mx.creuse.gouv.fr",
        signature="Cordialement,\n\nMichèle AUFRÈRE\nBureau du courrier et de l'accueil\nPréfecture de la Creuse",
        inbox="inbox",
        sent="sent",
    )
    guy = "Guy Peyrot <guy.peyrot@orange.example>"
    post.arrive("avant", "2026-02-25 09:00", guy, "Étang", "Bonjour,\n\nLa vidange d'un étang d'un hectare se déclare-t-elle ?\n\nGuy Peyrot")
    post.arrive("telephone", "2026-03-02 09:00", "Rita Lopes <rita.lopes@free.example>", "Permis perdu", "Bonjour,\n\nMon permis a été perdu par la poste, que faire ?\n\nRita Lopes")
    post.arrive("guichet", "2026-03-03 09:00", "Ernest Vacher <ernest.vacher@sfr.example>", "Haie", "Bonjour,\n\nÀ partir de quelle date est-il interdit de tailler les haies ?\n\nErnest Vacher")
    post.send("guichet-h", "2026-03-05 09:00", "Ernest Vacher <ernest.vacher@sfr.example>", "Monsieur,\n\nVotre question est transmise à la direction des territoires pour avis ; je vous répondrai d'ici le 13 mars.", answering="guichet")
    lina = "Lina Marchal <lina.marchal@laposte.example>"
    post.arrive("courriel", "2026-03-04 10:00", lina, "Horaires d'été", "Bonjour,\n\nLes horaires d'ouverture changent-ils en été ?\n\nLina Marchal")
    post.send("courriel-r", "2026-03-05 10:00", lina, "Madame,\n\nNon, l'accueil reste ouvert de 8 h 30 à 16 h.", answering="courriel")
    post.send("lettre-r", "2026-03-16 14:00", "Simone Aubusson <simone.aubusson@wanadoo.example>", "Madame,\n\nJ'ai bien reçu votre lettre du 26 février (référence C-2026-041). Une subvention pour la restauration d'un four à pain se demande à la fondation du patrimoine.", subject="Votre courrier C-2026-041")
    post.arrive("tard-venu", "2026-03-18 09:00", guy, "Étang (suite)", "Bonjour,\n\nEt pour un étang de trois hectares, qui contacter ?\n\nGuy Peyrot")
    post.send("tard-venu-r", "2026-03-20 09:00", guy, "Monsieur,\n\nAu-delà d'un hectare, adressez-vous au service de police de l'eau.", answering="tard-venu")

    def letter(reference: str, received_on: str, due_on: str, state: str, *, on: str = "", delay: int | None = None, answer: str = "", why: str, kind: str = "reply") -> Obligation:
        first = (on, kind, post.written[answer].message_id if answer else None) if on else None
        return Obligation(
            message_id=None, received_on=received_on, due_on=due_on, state=state, first=first, delay=delay,
            substantive_on=(on if kind != "holding_reply" else None) if on else None, why=why, channel="letter", file=reference,
        )

    return Mailbox(
        name="creuse",
        settings="""
[institution]
name = "Préfecture de la Creuse"
calendar = "23"
domains = ["creuse.gouv.fr"]
addresses = ["pref-courrier@creuse.gouv.fr"]
observe_from = 2026-02-26
[[manual_answer]]
request = "<telephone@free.example>"
on = 2026-03-05
kind = "telephone"
by = "M. Aufrère"
note = "rappelée à 10 h"
[[manual_answer]]
request = "<guichet@sfr.example>"
on = 2026-03-11
kind = "guichet"
by = "M. Aufrère"
""",
        now="2026-03-24T09:00:00+01:00",
        kept=tuple(post.kept),
        letters=(
            "Reçu le;Service;Référence;Répondu le;Nature;Observations;Courriel\n"
            "26/02/2026;Cabinet;C-2026-041;;;;simone.aubusson@wanadoo.example\n"
            "02/03/2026;Accueil;C-2026-042;16/03/2026;Réponse;lettre simple;\n"
            "02/03/2026;Accueil;C-2026-043;17/03/2026;Réponse;;\n"
            "03/03/2026;Accueil;C-2026-044;05/03/2026;attente;;\n"
            "09/03/2026;Accueil;C-2026-045;;;;\n"
            "11/03/2026;Accueil;C-2026-046;;;;\n"
        ),
        expected=(
            post.answered("telephone", "2026-03-02", "2026-03-09", "2026-03-05", "", 3, "a telephone call, vouched for", kind="telephone"),
            post.answered("guichet", "2026-03-03", "2026-03-10", "2026-03-05", "guichet-h", 2, "held, then answered at the counter", kind="holding_reply", substantive_on="2026-03-11"),
            post.answered("courriel", "2026-03-04", "2026-03-11", "2026-03-05", "courriel-r", 1, "plain"),
            post.answered("tard-venu", "2026-03-18", "2026-03-25", "2026-03-20", "tard-venu-r", 2, "another question after one from before the observation", kind="referral"),
            post.unanswered("avant", "2026-02-25", "2026-03-04", EXCLUDED, "from before the observation"),
            letter("C-2026-041", "2026-02-26", "2026-03-12", LATE, on="2026-03-16", delay=12, answer="lettre-r", why="a letter answered by e-mail, on the letter's delay"),
            letter("C-2026-042", "2026-03-02", "2026-03-16", IN_TIME, on="2026-03-16", delay=10, why="ten working days"),
            letter("C-2026-043", "2026-03-02", "2026-03-16", LATE, on="2026-03-17", delay=11, why="eleven working days"),
            letter("C-2026-044", "2026-03-03", "2026-03-17", IN_TIME, on="2026-03-05", delay=2, kind="holding_reply", why="held"),
            letter("C-2026-045", "2026-03-09", "2026-03-23", OVERDUE, why="due yesterday"),
            letter("C-2026-046", "2026-03-11", "2026-03-25", PENDING, why="due tomorrow"),
        ),
        email=Figures(numerator=4, denominator=4, rate="100 %", unfollowed=0, mean_first=2.0, mean_substantive=(3 + 6 + 1 + 2) / 4, median=2.0, p90=3),
        letter=Figures(numerator=2, denominator=5, rate="40 %", pending=1, mean_first=8.75, mean_substantive=11.0, median=10.5, p90=12),
    )


def paris() -> Mailbox:
    """Only the inbox was exported, and one month is asked for."""
    post = Post(
        zone="Europe/Paris",
        box="pref-info@paris.gouv.fr",
        host="mx.paris.gouv.fr",
        signature="Cordialement,\n\nVincent LEGAY\nMission de l'accueil\nPréfecture de Paris",
        inbox="Boite de reception.mbox",
        sent="nulle part",
    )
    ana = "Ana Costa <ana.costa@orange.example>"
    post.arrive("fevrier", "2026-02-27 23:59", ana, "Salle de fêtes", "Bonjour,\n\nQuelle est la capacité maximale d'un établissement de cinquième catégorie ?\n\nAna Costa")
    post.arrive("quotee", "2026-03-03 09:00", ana, "Terrasse", "Bonjour,\n\nUne terrasse fermée demande-t-elle un permis de construire ?\n\nAna Costa")
    post.send("quotee-r", "2026-03-05 10:00", ana, "Madame,\n\nOui, une terrasse fermée demande un permis de construire, à déposer à la Ville de Paris.", answering="quotee")
    post.lose("quotee-r")
    post.arrive("quotee-m", "2026-03-05 18:00", ana, "Re: Terrasse", "Merci pour ces précisions, bonne soirée.\n\nAna Costa", answering="quotee quotee-r")
    post.arrive("journal", "2026-03-06 09:00", "Bela Kiss <bela.kiss@free.example>", "Péniche", "Bonjour,\n\nQui attribue les emplacements de péniche sur la Seine ?\n\nBela Kiss")
    post.arrive("journal-r", "2026-03-09 09:00", f"Préfecture de Paris <{post.box}>", "RE: Péniche", f"Monsieur,\n\nLes emplacements sont attribués par Voies navigables de France.\n\n{post.signature}", to="Bela Kiss <bela.kiss@free.example>", answering="journal", style="outlook", headers={"Bcc": post.box})
    post.arrive("muet", "2026-03-13 09:00", "Cléa Nam <clea.nam@sfr.example>", "Concours", "Bonjour,\n\nOù se déroulera le concours d'adjoint technique du 12 avril ?\n\nCléa Nam")
    post.arrive("dernier", "2026-03-31 23:50", "Dan Levy <dan.levy@gmail.example>", "Tournage", "Bonjour,\n\nFaut-il une autorisation pour filmer un court-métrage dans un square ?\n\nDan Levy")
    post.arrive("avril", "2026-04-01 00:10", "Dan Levy <dan.levy@gmail.example>", "Drone", "Bonjour,\n\nEt pour filmer avec un drone au-dessus de la Seine, à qui écrire ?\n\nDan Levy")
    return Mailbox(
        name="paris",
        settings="""
[institution]
name = "Préfecture de Paris"
calendar = "75"
domains = ["paris.gouv.fr"]
addresses = ["pref-info@paris.gouv.fr"]
""",
        now="2026-04-02T09:00:00+02:00",
        options=("--from", "2026-03-01", "--to", "2026-03-31"),
        form=MBOX,
        kept=tuple(post.kept),
        expected=(
            post.unanswered("quotee", "2026-03-03", "2026-03-10", OVERDUE, "its answer was quoted and never seen: not counted, listed"),
            post.answered("journal", "2026-03-06", "2026-03-13", "2026-03-09", "journal-r", 1, "our own answer came back as a blind copy"),
            post.unanswered("muet", "2026-03-13", "2026-03-20", OVERDUE, "no answer"),
            post.unanswered("dernier", "2026-03-31", "2026-04-08", PENDING, "the last minutes of the period"),
        ),
        email=Figures(numerator=1, denominator=3, rate="33,3 %", pending=1, unfollowed=0, mean_first=1.0, mean_substantive=1.0, median=1.0, p90=1),
        unseen=1,
    )


def rhone() -> Mailbox:
    """Who signs, and who need not."""
    post = Post(
        zone="Europe/Paris",
        box="pref-fraude@rhone.gouv.fr",
        host="mx.rhone.gouv.fr",
        signature="",
        inbox="INBOX",
        sent="Éléments envoyés",
        style="outlook",
    )
    box, fraud = "pref-accueil@rhone.gouv.fr", "pref-fraude@rhone.gouv.fr"

    def exchange(name: str, day: int, sender: str, signature: str, files: tuple[File, ...] = ()) -> None:
        citizen = f"Jo {name.title()} <jo.{name}@free.example>"
        words = "Bonjour,\n\nÀ quelle adresse dois-je signaler la vente de mon véhicule ?\n\nJo"
        post.arrive(name, f"2026-06-{day:02} 09:00", citizen, f"Vente de véhicule {name}", words, to=sender)
        post.send(f"{name}-r", f"2026-06-{day:02} 15:00", citizen, "Bonjour,\n\nLa vente d'un véhicule se déclare en ligne, sous quinze jours.", answering=name, sender=sender, signature=signature, files=files)

    exchange("agent", 1, fraud, "L'agent n° 1234567\nCellule de lutte contre la fraude\nPréfecture du Rhône")
    exchange("nommee", 2, fraud, "Camille DURIEU\nCellule de lutte contre la fraude\nPréfecture du Rhône")
    exchange("personne", 3, fraud, "Cellule de lutte contre la fraude\nPréfecture du Rhône")
    exchange("matricule", 4, box, "Agent 69-12\nBureau de l'accueil\nPréfecture du Rhône")
    exchange("prenom", 5, box, "Sandrine\nBureau de l'accueil\nPréfecture du Rhône")
    exchange("sec", 8, box, "")
    exchange("seulement", 9, box, "Cordialement,\n\nAlix FOREST")
    exchange("joint", 10, box, "Veuillez trouver notre réponse dans la lettre jointe.", (File(name="reponse-prefecture.pdf"),))
    return Mailbox(
        name="rhone",
        settings="""
[institution]
name = "Préfecture du Rhône"
calendar = "69"
domains = ["rhone.gouv.fr"]
addresses = ["pref-accueil@rhone.gouv.fr", "pref-fraude@rhone.gouv.fr"]
[[exception]]
address = "pref-fraude@rhone.gouv.fr"
ground = "CRPA L111-2, sécurité des personnes"
decided_by = "Secrétaire générale"
from = 2026-01-01
""",
        now="2026-06-19T09:00:00+02:00",
        kept=tuple(post.kept),
        expected=tuple(
            post.answered(name, f"2026-06-{day:02}", due, f"2026-06-{day:02}", f"{name}-r", 0, why, mentions=mentions)
            for name, day, due, mentions, why in (
                ("agent", 1, "2026-06-08", ("exempt", "present", "present"), "a number, on the register of exceptions"),
                ("nommee", 2, "2026-06-09", ("present", "present", "present"), "exempt, and named all the same"),
                ("personne", 3, "2026-06-10", ("absent", "present", "present"), "exempt, and no designation at all"),
                ("matricule", 4, "2026-06-11", ("absent", "present", "present"), "a number without exception"),
                ("prenom", 5, "2026-06-12", ("present", "present", "present"), "a first name is enough"),
                ("sec", 8, "2026-06-15", ("absent", "absent", "absent"), "the display name and the quotation do not count"),
                ("seulement", 9, "2026-06-16", ("present", "absent", "absent"), "a name and nothing else"),
                ("joint", 10, "2026-06-17", ("unverifiable", "unverifiable", "unverifiable"), "the attached letter may hold them"),
            )
        ),
        email=Figures(numerator=8, denominator=8, rate="100 %", unfollowed=0, mean_first=0.0, mean_substantive=0.0, median=0.0, p90=0),
        mentions=((3, 1, 3, 1), (5, 0, 2, 1), (5, 0, 2, 1)),
    )


def hautes_alpes() -> Mailbox:
    """Poisoned files, moved mail, trusted relays, hours that happen twice."""
    post = Post(
        zone="Europe/Paris",
        box="prefecture@hautes-alpes.gouv.fr",
        host="mx1.hautes-alpes.gouv.fr",
        signature="Cordialement,\n\nFanny ESCALLIER\nBureau de la montagne\nPréfecture des Hautes-Alpes",
        inbox="INBOX",
        sent="Sent Messages",
        style="iphone",
    )

    def relayed(when: str) -> tuple[str, ...]:
        """A migration re-stamped the mail on 1 December; our relay had taken it in at `when`."""
        return (
            "from ancien.example by stockage.hautes-alpes.gouv.fr with LMTP; Tue, 1 Dec 2026 03:00:00 +0100",
            received(local(when, "Europe/Paris"), "mx1.hautes-alpes.gouv.fr"),
            "from portable by relais.fournisseur.example; Thu, 1 Jan 2026 00:00:00 +0100",
        )

    gil = "Gil Faure <gil.faure@orange.example>"
    post.arrive("migre", "2026-10-23 17:30", gil, "Refuge", "Bonjour,\n\nLe refuge des Drayères est-il ouvert en novembre ?\n\nGil Faure", hops=relayed("2026-10-23 17:30"))
    post.send("migre-r", "2026-10-26 16:30", gil, "Monsieur,\n\nLe refuge ferme fin septembre ; sa salle d'hiver reste ouverte.", answering="migre")
    iris = "Iris Blanc <iris.blanc@free.example>"
    twice = "from out.example by mx1.hautes-alpes.gouv.fr; Sun, 25 Oct 2026 02:30:00 +0{}00"
    post.arrive("deux-heures", "2026-10-25 02:30", iris, "Pneus neige", "Bonjour,\n\nLes chaînes suffisent-elles pour passer le col du Lautaret ?\n\nIris Blanc", hops=(twice.format(1),))
    post.send("deux-heures-r", "2026-10-30 23:59", iris, "Madame,\n\nOui, dans le coffre du véhicule, du 1er novembre au 31 mars.", answering="deux-heures", charset="iso-8859-15")
    rob = "Rob Meyer <rob.meyer@gmail.example>"
    post.arrive("forge", "2026-11-02 09:00", rob, "Ski hors piste", "Bonjour,\n\nExiste-t-il un arrêté sur le ski hors piste à Vars ?\n\nRob Meyer", dated="Wed, 31 Feb 2026 25:61:00 +9999")
    post.send("forge-r", "2026-11-09 10:00", rob, "Monsieur,\n\nNon, seul le maire peut prendre un tel arrêté.", answering="forge")
    uma = "Uma Roy <uma.roy@laposte.example>"
    post.arrive("onze", "2026-11-06 23:59", uma, "Cascade de glace", "Bonjour,\n\nFaut-il déclarer une compétition de cascade de glace ?\n\nUma Roy")
    post.send("onze-r", "2026-11-16 00:01", uma, "Madame,\n\nOui, un mois avant, à la préfecture.", answering="onze")
    post.put("INBOX", "0-vide", b"")
    post.put("INBOX", "1-binaire", bytes(range(256)) * 20)
    post.put("INBOX", "2-pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n")
    post.put("INBOX", "3-sans-date", b"From: a@b.example\r\nTo: prefecture@hautes-alpes.gouv.fr\r\nSubject: Bonjour\r\n\r\nQuels sont vos horaires ?\r\n")
    nested = b"From: x@y.example\r\nSubject: poupees\r\n"
    stamp = b"Received: from z by mx1.hautes-alpes.gouv.fr; Tue, 3 Nov 2026 09:00:00 +0100\r\n"
    layers = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(300))
    post.put("INBOX", "4-poupees", stamp + b"To: prefecture@hautes-alpes.gouv.fr\r\nAuto-Submitted: auto-generated\r\n" + nested + layers + b"Content-Type: text/plain\r\n\r\nfin\r\n")
    return Mailbox(
        name="hautes_alpes",
        settings="""
[institution]
name = "Préfecture des Hautes-Alpes"
calendar = "05"
domains = ["hautes-alpes.gouv.fr"]
addresses = ["prefecture@hautes-alpes.gouv.fr"]
trusted_relays = ["mx1.hautes-alpes.gouv.fr"]
""",
        now="2026-12-02T09:00:00+01:00",
        kept=tuple(post.kept),
        expected=(
            post.answered("migre", "2026-10-23", "2026-10-30", "2026-10-26", "migre-r", 1, "re-stamped by a migration; the trusted relay counts; over the end of summer time"),
            post.answered("deux-heures", "2026-10-25", "2026-10-30", "2026-10-30", "deux-heures-r", 5, "half past two happens twice"),
            post.answered("forge", "2026-11-02", "2026-11-09", "2026-11-09", "forge-r", 5, "an impossible Date field"),
            post.answered("onze", "2026-11-06", "2026-11-16", "2026-11-16", "onze-r", 5, "a minute to midnight; 11 November"),
        ),
        email=Figures(numerator=4, denominator=4, rate="100 %", unfollowed=0, mean_first=4.0, mean_substantive=4.0, median=5.0, p90=5),
        quarantined=("0-vide.eml", "1-binaire.eml", "2-pdf.eml", "3-sans-date.eml"),
    )
