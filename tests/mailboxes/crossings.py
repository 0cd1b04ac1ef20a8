"""A mailbox where threads, addresses and subjects all lie: the Finistère."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.mailboxes.mailbox import LATE, OVERDUE, Figures, Mailbox
from tests.mailboxes.post import Post


def finistere() -> Mailbox:
    post = Post(
        zone="Europe/Paris",
        box="pref-usagers@finistere.gouv.fr",
        host="mx.finistere.gouv.fr",
        signature="Bien cordialement,\n\nGwenaëlle LE BIHAN\nBureau des usagers\nPréfecture du Finistère",
        inbox="Boîte de réception",
        sent="Envoyés",
        style="outlook_old",
    )
    ewen = "Ewen Kerdoncuff <ewen.k@orange.example>"
    maud = "Maud Salaün <maud.salaun@free.example>"
    post.arrive("phare", "2026-09-01 09:00", ewen, "Visite du phare", "Bonjour,\n\nLe phare d'Eckmühl se visite-t-il pendant les journées du patrimoine ?\n\nEwen Kerdoncuff")
    post.arrive("algues", "2026-09-01 10:00", maud, "Ramassage des algues", "Bonjour,\n\nUn particulier peut-il ramasser du goémon sur la plage pour son potager ?\n\nMaud Salaün")
    post.send("algues-r", "2026-09-03 10:00", maud, "Madame,\n\nLe goémon d'échouage peut être ramassé à la main pour un usage familial, sans autorisation.", answering="phare", quoting=False, subject="RE: Visite du phare")
    alan = "Alan Guéguen <alan.gueguen@sfr.example>"
    post.arrive("elle", "2026-09-02 09:00", "Soizic Guéguen <soizic.g@laposte.example>", "Mouillage", "Bonjour,\n\nNous venons d'hériter d'un petit voilier de six mètres amarré à Morgat. Comment reprendre l'autorisation de mouillage individuel qui était au nom de mon père, et combien de temps reste-t-elle valable après son décès ?\n\nSoizic Guéguen")
    post.send("elle-r", "2026-09-04 09:00", alan, "Monsieur, Madame,\n\nL'autorisation de mouillage est personnelle : elle prend fin au décès, et une nouvelle demande est nécessaire.", answering="elle")
    nolwenn = "Nolwenn Tanguy <nolwenn.tanguy@gmail.example>"
    post.arrive("vache", "2026-09-03 09:00", nolwenn, "Question", "Bonjour,\n\nQui doit enlever une vache morte trouvée dans un chemin communal ?\n\nNolwenn Tanguy")
    post.arrive("fest-noz", "2026-09-03 11:00", nolwenn, "Autre question", "Bonjour,\n\nÀ quelle heure un fest-noz organisé par une association doit-il s'arrêter ?\n\nNolwenn Tanguy")
    post.send("fest-noz-r", "2026-09-07 09:00", nolwenn, "Madame,\n\nUn fest-noz organisé par une association s'arrête à une heure, sauf dérogation du maire.", subject="(sans objet)")
    mael = "Maël Corre <mael.corre@wanadoo.example>"
    post.arrive("minuit-un", "2026-09-04 09:00", mael, "Permis remorque", "Bonjour,\n\nPuis-je tracter une remorque de 700 kg avec le permis B ?\n\nMaël Corre")
    post.send("minuit-un-r", "2026-09-12 00:01", mael, "Monsieur,\n\nOui, jusqu'à 750 kg.", answering="minuit-un")
    post.send("minuit-un-ar", "2026-09-12 00:02", mael, "Votre message a bien été reçu. Ceci est une réponse automatique, merci de ne pas y répondre.", answering="minuit-un", subject="Accusé de réception automatique", signature="", quoting=False, headers={"Auto-Submitted": "auto-replied"})
    yuna = "Yuna Floch <yuna.floch@orange.example>"
    post.arrive("double", "2026-09-07 09:00", yuna, "Ruches", "Bonjour,\n\nÀ quelle distance de la route puis-je installer trois ruches ?\n\nYuna Floch")
    post.copy("double-2", "double", "Boîte de réception/À traiter")
    post.send("double-r", "2026-09-14 18:00", yuna, "Madame,\n\nVingt mètres de la voie publique, selon l'arrêté préfectoral.", answering="double")
    post.copy("double-r2", "double-r", "Envoyés/2026")
    post.arrive("etranger", "2026-09-08 09:00", "Loïc Prat <loic.prat@proton.example>", "Re: Ruches", "Bonjour,\n\nJe suis apiculteur moi aussi. Faut-il déclarer ses ruches chaque année ?\n\nLoïc Prat", headers={"In-Reply-To": "<double@orange.example>", "References": "<double@orange.example>"})
    post.arrive("cycle", "2026-09-09 09:00", "Iwan Nedelec <iwan.nedelec@free.example>", "Cerf-volant", "Bonjour,\n\nExiste-t-il une hauteur maximale pour un cerf-volant sur la plage ?\n\nIwan Nedelec", headers={"References": " ".join(f"<m{n}@boucle.example>" for n in range(300)) + " <cycle@free.example>", "In-Reply-To": "<cycle@free.example>"})
    post.send("cycle-r", "2026-09-10 09:00", "Iwan Nedelec <iwan.nedelec@free.example>", "Monsieur,\n\nOui, cent cinquante mètres hors des zones aériennes.", answering="cycle")
    post.arrive("relance-avant", "2026-09-10 10:00", "Tifenn Abiven <tifenn.abiven@sfr.example>", "RELANCE : autorisation de battue", "Bonjour,\n\nMalgré mon appel téléphonique du mois dernier, je n'ai toujours pas de réponse : qui autorise une battue aux sangliers ?\n\nTifenn Abiven")
    return Mailbox(
        name="finistere",
        settings="""
[institution]
name = "Préfecture du Finistère"
calendar = "29"
domains = ["finistere.gouv.fr"]
addresses = ["pref-usagers@finistere.gouv.fr"]
""",
        now="2026-09-18T09:00:00+02:00",
        kept=tuple(post.kept),
        expected=(
            post.unanswered("phare", "2026-09-01", "2026-09-08", OVERDUE, "the agent answered somebody else by its thread"),
            post.answered("algues", "2026-09-01", "2026-09-08", "2026-09-03", "algues-r", 2, "answered by another citizen's thread, under his subject"),
            post.answered("elle", "2026-09-02", "2026-09-09", "2026-09-04", "elle-r", 2, "answered to her husband, her words quoted: linked, for review"),
            post.unanswered("vache", "2026-09-03", "2026-09-10", OVERDUE, "two questions, one answered: the words choose"),
            post.answered("fest-noz", "2026-09-03", "2026-09-10", "2026-09-07", "fest-noz-r", 2, "two questions, one answered: the words choose"),
            post.answered("minuit-un", "2026-09-04", "2026-09-11", "2026-09-12", "minuit-un-r", 6, "one minute late, and an acknowledgement after the answer", LATE),
            post.answered("double", "2026-09-07", "2026-09-14", "2026-09-14", "double-r", 5, "the very bytes in two folders, the answer too"),
            post.unanswered("etranger", "2026-09-08", "2026-09-15", OVERDUE, "In-Reply-To and subject of a stranger"),
            post.answered("cycle", "2026-09-09", "2026-09-16", "2026-09-10", "cycle-r", 1, "three hundred References, itself among them"),
            post.unanswered("relance-avant", "2026-09-10", "2026-09-17", OVERDUE, "a reminder of something that was never written opens a request"),
        ),
        email=Figures(
            numerator=5, denominator=10, rate="50 %", unfollowed=0, median=2.0, p90=6,
            mean_first=(2 + 2 + 2 + 6 + 5 + 1) / 6, mean_substantive=(2 + 2 + 2 + 6 + 5 + 1) / 6,
        ),
    )
