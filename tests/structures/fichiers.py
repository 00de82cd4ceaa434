"""Fabriquer de petits fichiers FINESS inventés."""

import gzip

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
