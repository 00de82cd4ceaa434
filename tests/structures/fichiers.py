"""Fabriquer de petits fichiers FINESS inventés."""

import gzip
import json

ENTETE = "finess;etalab;111;2026-05-12"
DEFAUT = {
    1: "750790073", 2: "750719312", 3: "CAMSP EXEMPLE", 7: "27", 8: "R", 9: "DU COLONEL ROZANOFF", 13: "75",
    15: "75012 PARIS", 16: "0143458670", 18: "190", 19: "Centre Action Médico-Sociale Précoce (C.A.M.S.P.)",
    20: "4106", 28: "1974-04-04",
}  # fmt: skip


def cle(debut):
    """Ajoute à huit chiffres leur clé de Luhn."""
    somme = sum(
        int(c) if rang % 2 == 0 else (int(c) * 2 - 9 if int(c) > 4 else int(c) * 2) for rang, c in enumerate(debut)
    )
    return f"{debut}{-somme % 10}"


def ligne(**valeurs):
    """Une ligne d'établissement ; `c3="CAMSP"` change la quatrième colonne (rang 3)."""
    colonnes = ["structureet", *(DEFAUT.get(rang, "") for rang in range(1, 32))]
    for nom, valeur in valeurs.items():
        colonnes[int(nom[1:])] = valeur
    return ";".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if ";" in c or '"' in c else c for c in colonnes)


def plusieurs(nombre, **valeurs):
    """`nombre` lignes aux numéros distincts et justes."""
    return [ligne(c1=cle(f"7507{n:04d}"), c3=f"CAMSP EXEMPLE {n}", **valeurs) for n in range(nombre)]


def ecrire(dossier, *lignes, entete=ENTETE, encodage="utf-8", nom="finess.csv"):
    chemin = dossier / nom
    contenu = "".join(f"{texte}\n" for texte in (entete, *lignes)).encode(encodage)
    chemin.write_bytes(gzip.compress(contenu) if nom.endswith(".gz") else contenu)
    return chemin


ADRESSE = {
    "usageAdresse": "03", "numeroVoie": "16", "typeVoie": "R", "libelleVoie": "DU 1ER SEPTEMBRE 1944",
    "cogCommune": "01304", "ligneAcheminement": "PONT D AIN", "codePostal": "01160",
    "coordonneesGeographique": {
        "coordonneeX": "6552608.95", "coordonneeY": "880459.31", "directionLatitude": "46.049236",
        "directionLongitude": "5.334156",
    },
}  # fmt: skip


def ege(numero=None, **champs):
    """Un établissement de FINESS+, calqué sur les fiches réelles ; `champs` va où son nom le place."""
    informations = {"egeId": "525", "nomEgeCourt": "CAMSP DU PONT", "nomEgeLong": "CAMSP DU PONT D'AIN"}
    brut = {
        "informationsGeneralesEGE": informations | {"numFinessEge": numero or cle("01000949")},
        "categorieentiteGeographiqueExercice": "190",
        "adresse": [ADRESSE],
        "contact": [{"typeContact": {"roleContact": "01"}, "telecom": {"telephone": "0474397900"}}],
        "etatObjet": "A",
    }
    for nom, valeur in champs.items():
        (brut if nom in brut else brut["informationsGeneralesEGE"])[nom] = valeur
    return brut


def adresse(**champs):
    """L'adresse de l'établissement, un champ changé ; les coordonnées s'y changent aussi."""
    coordonnees = ADRESSE["coordonneesGeographique"]
    changees = {nom: champs.pop(nom) for nom in list(champs) if nom in coordonnees}
    return ADRESSE | champs | {"coordonneesGeographique": coordonnees | changees}


def plusieurs_ege(nombre, **champs):
    return [ege(cle(f"0100{n:04d}"), nomEgeCourt=f"CAMSP EXEMPLE {n}", **champs) for n in range(nombre)]


def finess_plus(*etablissements, entite="010780054", nom="ASSOCIATION EXEMPLE", cle_entite="informationsGeneralesPMEJ"):
    pmej = {cle_entite: {"numFinessPm": entite, "denominationPm": nom}, "ege": list(etablissements)}
    return {"pmej": [pmej], "gco": {}, "gcc": {}}


def ecrire_plus(dossier, *etablissements, fichier="finess-20260601.json", **entite):
    chemin = dossier / fichier
    contenu = json.dumps(finess_plus(*etablissements, **entite), ensure_ascii=False).encode()
    chemin.write_bytes(gzip.compress(contenu) if fichier.endswith(".gz") else contenu)
    return chemin
