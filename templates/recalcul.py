#!/usr/bin/env python3
"""Refaire les chiffres du dossier d’après son seul registre, et les comparer à figures.json et aux chiffres arrêtés.

« python3 recalcul.py [DOSSIER] » ; aucun code de mailwatch, la seule bibliothèque standard (Python 3.9 ou plus récent).
Termine par 0 si tout concorde, par 1 si un chiffre diffère, par 2 si un fichier manque ou ne se lit pas.
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from statistics import median

ECHUES = A_TEMPS, TARDIVE, ECHUE = "répondue à temps", "répondue en retard", "en retard"
EN_COURS, EXCLUE, A_PART = "en cours", "exclue", ("réclamation", "suggestion")
CANAUX = {"courriels": "courriel", "courriers": "courrier"}
MENTIONS = {"personne": "auteur", "service": "mention_service", "institution": "institution"}
PALIERS = {0: "le jour même", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5", 10: "6 à 10", 20: "11 à 20", 10**6: "plus de 20"}

def lignes_de(fichier):
    """Lit un CSV ; l’apostrophe de tête, qui protège du tableur, ne compte pas, et les dates deviennent des jours."""
    with fichier.open(encoding="utf-8-sig", newline="") as texte:
        for ligne in csv.DictReader(texte, delimiter=";"):
            for nom, mots in ligne.items():
                ligne[nom] = mots.removeprefix("'")
                if nom.endswith(("_le", "_tot", "_tard", "_au", "echeance")):
                    ligne[nom] = date(*map(int, reversed(mots.split("/")))) if mots else None
            yield ligne

def taux(n, d):
    """Un pourcentage avec N/D : une décimale, au plus près, jamais porté à 100 s’il n’y est pas."""
    dixiemes = (2000 * n + d) // (2 * d) if d else 0
    entier, decimale = divmod(min(dixiemes, 999) if n < d else dixiemes, 10)
    return f"{entier}{f',{decimale}' if decimale else ''} % ({n}/{d})" if d else "Sans objet"

def etat(demande, reponse, echeance):
    """L’état d’après les dates ; qu’une demande soit exclue, une règle ou une personne le dit, avec un motif."""
    if demande["etat"] != EXCLUE and reponse:
        return A_TEMPS if reponse <= echeance else TARDIVE
    return EXCLUE if demande["etat"] == EXCLUE else ECHUE if echeance < demande["etat_au"] else EN_COURS

def demandes_de(fichier):
    """Les demandes, leur état refait d’après leurs dates : celles qui comptent, puis au mieux et au pis."""
    for x in lignes_de(fichier):
        reponse, echeance = x["premiere_reponse_le"], x["echeance"]
        x["refait"], x["fond_a_temps"] = etat(x, reponse, echeance), (x["reponse_de_fond_le"] or date.max) <= echeance
        x["mieux"] = etat(x, x["reponse_au_plus_tot"] or reponse, x["echeance_au_plus_tard"] or echeance)
        x["pis"] = etat(x, x["reponse_au_plus_tard"] or reponse, x["echeance_au_plus_tot"] or echeance)
        x["palier"] = next((p for n, p in PALIERS.items() if int(x["delai_jours_ouvres"] or 1e9) <= n), "sans réponse")
        yield x

def a_temps(demandes, selon):
    return sum(x[selon] == A_TEMPS for x in demandes), sum(x[selon] in ECHUES for x in demandes)

def canal(demandes, inapercus):
    """Les chiffres d’un canal ; les messages passés inaperçus élargissent la fourchette du taux."""
    echues = [x for x in demandes if x["refait"] in ECHUES]
    delais = sorted(int(x["delai_jours_ouvres"]) for x in echues if x["delai_jours_ouvres"])
    fond = [int(x["delai_de_fond_jours_ouvres"]) for x in echues if x["delai_de_fond_jours_ouvres"]]
    suites = [x["suite_attendue_le"] < x["etat_au"] for x in echues if x["suite_attendue_le"]]
    (bas, bas_sur), (haut, haut_sur) = a_temps(demandes, "pis"), a_temps(demandes, "mieux")
    recus, envoyes = inapercus["demandes"], inapercus["réponses"]
    return {
        "réponses dans le délai": taux(*a_temps(demandes, "refait")),
        "au plus bas": taux(bas, bas_sur + recus),
        "au plus haut": taux(min(haut + envoyes, haut_sur) + recus, haut_sur + recus),
        "verdicts incertains": sum(x["mieux"] != x["pis"] for x in demandes),
        "réponses de fond dans le délai": taux(sum(x["fond_a_temps"] for x in echues), len(echues)),
        "délai moyen": sum(delais) / len(delais) if delais else None,
        "délai moyen de fond": sum(fond) / len(fond) if fond else None,
        "délai médian": float(median(delais)) if delais else None,
        "neuf réponses sur dix en": delais[-(-9 * len(delais) // 10) - 1] if delais else None,
        "en cours": sum(x["refait"] == EN_COURS for x in demandes),
        "attentes sans suite": sum(suites),
        "attentes dont la suite est attendue": len(suites) - sum(suites),
        "exclues": sum(x["refait"] == EXCLUE for x in demandes),
        "preuves des arrivées": dict(Counter(x["preuve"] for x in echues)),
        "preuves des réponses": dict(Counter(x["preuve_reponse"] for x in echues if x["preuve_reponse"])),
    }

def groupe(demandes, reponses, inapercus):
    """Les chiffres d’un groupe de demandes ; une réponse à deux d’entre elles n’y compte qu’une fois."""
    chiffres = {nom: canal([x for x in demandes if x["canal"] == mot], inapercus[mot]) for nom, mot in CANAUX.items()}
    toutes = [r for x in demandes if x["refait"] != EXCLUE for r in reponses[x["demande"]]]
    jugees = {r["reponse"]: r for r in toutes if r["auteur"] and r["non_remise"] == "non"}
    for nom, colonne in MENTIONS.items():
        compte = Counter(r[colonne] for r in jugees.values())
        n = compte["présent"] + compte["exception"]
        chiffres[f"mention : {nom}"] = {**compte, "taux": taux(n, n + compte["absent"])}
    return chiffres

def recalcules(registre):
    """Tous les chiffres, et les demandes dont l’état écrit n’est pas celui que donnent leurs dates."""
    demandes = list(demandes_de(registre / "registre.csv"))
    reponses, inapercus, aucun = defaultdict(list), defaultdict(Counter), defaultdict(Counter)
    for r in lignes_de(registre / "reponses.csv"):
        reponses[r["demande"]].append(r)
    for i in lignes_de(registre / "interruptions.csv"):
        inapercus["courriel"][i["contient"]] += int(i["passes_inapercus"])
    chiffres = {"demandes": len(demandes), "ensemble": groupe(demandes, reponses, inapercus)}
    for titre, nom_de in ("mois", lambda x: f"{x['recue_le']:%Y-%m}"), ("service", lambda x: x["service"]):
        for nom in sorted({nom_de(x) for x in demandes}):
            chiffres[f"{titre} : {nom}"] = groupe([x for x in demandes if nom_de(x) == nom], reponses, aucun)
    tard = [x for x in demandes if x["refait"] in ECHUES[1:]]
    chiffres["délais"] = dict(Counter(f"{x['canal']} : {x['palier']}" for x in demandes if x["refait"] in ECHUES))
    chiffres["motifs d’exclusion"] = dict(Counter(x["exclue_parce_que"] for x in demandes if x["refait"] == EXCLUE))
    chiffres["rectifiées"] = sum(bool(x["rectifications"]) for x in demandes)
    chiffres["retards"] = {"nombre": len(tard), "cause renseignée": sum(bool(x["note"]) for x in tard)}
    chiffres["suivies à part"] = dict(Counter(x["nature"] for x in demandes if x["nature"] in A_PART))
    return chiffres, [f"demande {x['demande']} : {x['etat']} au registre, {x['refait']} d’après ses dates"
                      for x in demandes if x["etat"] != x["refait"]]

def arretes_de(fichier):
    """Les chiffres arrêtés, dont le journal tient l’empreinte : taux, délais et mentions, en tout et mois par mois."""
    dit = json.loads(fichier.read_text("utf-8"))["audit"]
    for titre, vu in ("ensemble", dit["indicators"]), *((f"mois : {m}", vu) for m, vu in dit["by_month"].items()):
        for nom, x in zip(CANAUX, (vu["email"], vu["letter"])):
            yield f"{titre} · {nom} · délai moyen", x["mean_first_delay"]
            for quoi, t in ("", x["answered_in_time"]), (" de fond", x["substantive_in_time"]):
                yield f"{titre} · {nom} · réponses{quoi} dans le délai", taux(t["numerator"], t["denominator"])
        for nom, x in zip(MENTIONS, (vu["author"], vu["service"], vu["institution"])):
            bon = x["present"] + x["exempt"]
            yield f"{titre} · mention : {nom} · taux", taux(bon, bon + x["absent"])

def a_plat(chiffres, chemin=""):
    for nom, valeur in chiffres.items():
        yield from a_plat(valeur, f"{chemin}{nom} · ") if isinstance(valeur, dict) else [(chemin + nom, valeur)]

def main(dossier):
    try:
        chiffres, ecarts = recalcules(dossier / "registre")
        ecrits = json.loads((dossier / "figures.json").read_text("utf-8"))
        trouves, ecrits = (dict(a_plat(x)) for x in (chiffres, ecrits))
        arretes = dict(x for fichier in dossier.glob("rapport/chiffres-arretes.json") for x in arretes_de(fichier))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, csv.Error) as faute:
        print(f"Le dossier ne se lit pas : {type(faute).__name__} {faute}", file=sys.stderr)
        return 2
    for nom, valeur in ((nom, valeur) for nom, valeur in trouves.items() if valeur not in (0, None, "Sans objet")):
        print(f"{nom} : {f'{valeur:.2f}'.replace('.', ',') if isinstance(valeur, float) else valeur}")
    ecarts += [f"{nom} : {trouves.get(nom)} d’après le registre, {voulus.get(nom)} {ou}"
               for ou, voulus in (("dans figures.json", ecrits), ("aux chiffres arrêtés", {**trouves, **arretes}))
               for nom in {**trouves, **voulus} if trouves.get(nom, "absent") != voulus.get(nom, "absent")]
    print(f"\nChiffres refaits d’après le registre : {len(trouves)} ; écarts : {len(ecarts)}.", *ecarts, sep="\n")
    return int(bool(ecarts))

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
