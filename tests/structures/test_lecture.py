import gzip

import pytest

from structures.finess import classique
from structures.finess.fiches import fiches
from structures.finess.lecture import FichierRefuse, examiner
from tests.structures.fichiers import ecrire, ligne


def lues(chemin):
    return list(fiches(examiner(chemin)))


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("nom", ["finess.csv", "finess.csv.gz", "sans_extension"])
def test_encodage_et_compression_sont_reconnus(tmp_path, encodage, nom):
    chemin = ecrire(tmp_path, ligne(c3="CAMSP de l'Hérault – « Élan »"), encodage=encodage, nom=nom)
    assert lues(chemin)[0].etablissement.nom == "CAMSP de l'Hérault – « Élan »"


def test_la_date_du_fichier_vient_de_sa_premiere_ligne(tmp_path):
    assert str(examiner(ecrire(tmp_path, ligne())).date) == "2026-05-12"


def test_un_nom_peut_porter_guillemets_et_point_virgule(tmp_path):
    chemin = ecrire(tmp_path, ligne(c3='LIEU DE VIE "GRANGE; LOUPS"'))
    assert lues(chemin)[0].etablissement.nom == 'LIEU DE VIE "GRANGE; LOUPS"'


def test_les_lignes_de_geolocalisation_sont_passees(tmp_path):
    chemin = ecrire(tmp_path, ligne(), "geolocalisation;750790073;654321.0;6861234.0;1,ATLASANTE;2026-01-01")
    assert len(lues(chemin)) == 1


def test_une_ligne_fautive_au_milieu_est_signalee_avec_son_numero(tmp_path):
    chemin = ecrire(tmp_path, ligne(), "structureet;750790073;trop;court", ligne())
    assert [(lue.rang, lue.motif) for lue in lues(chemin) if lue.motif] == [(3, "4 colonnes au lieu de 32")]


def refus(chemin):
    with pytest.raises(FichierRefuse) as erreur:
        lues(chemin)
    message = str(erreur.value)
    assert message.endswith(".")
    return message


def brut(dossier, contenu):
    chemin = dossier / "fichier"
    chemin.write_bytes(contenu)
    return chemin


def test_un_fichier_vide_est_refuse(tmp_path):
    assert "vide" in refus(brut(tmp_path, b""))
    assert "vide" in refus(brut(tmp_path, gzip.compress(b"")))


@pytest.mark.parametrize("contenu", [b"nom,ville\nCAMSP,Paris\n", "été;\n".encode(), b"%PDF-1.7\n"])
def test_un_fichier_qui_n_est_pas_de_finess_est_refuse(tmp_path, contenu):
    assert "n'est pas un extrait FINESS" in refus(brut(tmp_path, contenu))


def test_un_classeur_ou_de_l_utf16_est_refuse(tmp_path):
    assert "n'est pas du texte" in refus(brut(tmp_path, b"PK\x03\x04\x00\x00"))
    assert "n'est pas du texte" in refus(ecrire(tmp_path, ligne(), encodage="utf-16"))


@pytest.mark.parametrize("encodage", ["cp850", "mac-roman"])
def test_un_autre_encodage_est_refuse(tmp_path, encodage):
    assert "encodage" in refus(ecrire(tmp_path, ligne(c3="ÉTÉ À L'HÔPITAL évêché"), encodage=encodage))


def test_deux_encodages_meles_sont_refuses(tmp_path):
    chemin = ecrire(tmp_path, ligne(c3="Hérault"))
    chemin.write_bytes(chemin.read_bytes() + ligne(c3="Hérault").encode("cp1252") + b"\n")
    assert "encodage" in refus(chemin)


def test_des_accents_encodes_deux_fois_sont_refuses(tmp_path):
    chemin = ecrire(tmp_path, ligne(c3="Hérault".encode().decode("cp1252")))
    assert "deux fois" in refus(chemin)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_un_fichier_compresse_coupe_est_refuse(tmp_path, part):
    entier = ecrire(tmp_path, *[ligne()] * 50, nom="f.gz").read_bytes()
    assert "incomplet ou abîmé" in refus(brut(tmp_path, entier[: int(len(entier) * part)]))


def test_un_fichier_compresse_altere_est_refuse(tmp_path):
    entier = bytearray(ecrire(tmp_path, *[ligne()] * 50, nom="f.gz").read_bytes())
    entier[-6] ^= 0xFF
    assert "incomplet ou abîmé" in refus(brut(tmp_path, bytes(entier)))


@pytest.mark.parametrize("retrait", [5, 20, 40, 150, 190])
def test_un_fichier_coupe_au_milieu_d_une_ligne_est_refuse(tmp_path, retrait):
    entier = ecrire(tmp_path, *[ligne()] * 3).read_bytes()
    assert "s'arrête au milieu" in refus(brut(tmp_path, entier[:-retrait]))


def test_un_fichier_coupe_au_milieu_d_un_caractere_est_refuse(tmp_path):
    entier = ecrire(tmp_path, ligne(c31="é")).read_bytes()
    assert "au milieu d'un caractère" in refus(brut(tmp_path, entier[:-2]))


def test_un_guillemet_jamais_referme_est_refuse(tmp_path):
    ouverte = ligne().replace("CAMSP EXEMPLE", '"CAMSP EXEMPLE')
    assert "guillemet" in refus(ecrire(tmp_path, ligne(), ouverte, *[ligne()] * 3))
    assert "guillemet" in refus(ecrire(tmp_path, ouverte, ligne(c3='LE "NID"'), ligne()))


@pytest.mark.parametrize(
    ("rang", "valeur", "mot"),
    [("c1", "75079007", "numéro FINESS"), ("c2", "", "entité"), ("c3", " ", "nom"), ("c18", "", "catégorie")],
)
def test_une_ligne_sans_l_essentiel_est_rejetee(tmp_path, rang, valeur, mot):
    lue = lues(ecrire(tmp_path, ligne(**{rang: valeur})))[0]
    assert mot in lue.motif
    assert lue.etablissement is None


@pytest.mark.parametrize(
    ("code", "acheminement", "attendu"),
    [
        ("75", "75012 PARIS", "75"), ("2A", "20000 AJACCIO", "2A"), ("9D", "97400 ST DENIS", "974"),
        ("9A", "97133 ST BARTHELEMY", "977"), ("9A", "97150 ST MARTIN", "978"), ("9J", "98600 UVEA", "986"),
        ("9F", "97600 MAMOUDZOU", "976"),
    ],
)  # fmt: skip
def test_le_departement_prend_le_code_de_l_insee(tmp_path, code, acheminement, attendu):
    assert lues(ecrire(tmp_path, ligne(c13=code, c15=acheminement)))[0].etablissement.departement == attendu


@pytest.mark.parametrize("date", ["1901-01-01", "0201-06-01", "0426-01-01", "2024-02-30", ""])
def test_une_ouverture_fantaisiste_est_inconnue(tmp_path, date):
    assert lues(ecrire(tmp_path, ligne(c28=date)))[0].etablissement.ouverte_le is None


def test_les_lignes_connues_sont_passees_sans_etre_lues(tmp_path):
    examen = examiner(ecrire(tmp_path, ligne(), ligne(c1="750790081"), ligne(c1="750790099")))
    assert [lue.rang for lue in fiches(examen, b"\0\0\1\0\1\0")] == [3]


def test_une_ligne_coupee_se_voit_meme_si_les_precedentes_sont_connues(tmp_path):
    chemin = ecrire(tmp_path, ligne(), ligne())
    chemin.write_bytes(chemin.read_bytes()[:-60])
    with pytest.raises(FichierRefuse, match="au milieu de la ligne 3"):
        list(fiches(examiner(chemin), b"\0\0\1\0\0"))


def test_l_empreinte_est_celle_de_la_ligne_entiere_quelle_que_soit_sa_fin(tmp_path):
    chemin = ecrire(tmp_path, ligne(c3="UN"), ligne(c3="DEUX"))
    empreintes = [empreinte for _, _, empreinte in classique.empreintes(examiner(chemin))]
    assert empreintes == [lue.empreinte for lue in lues(chemin)]
    assert len(set(empreintes)) == 2
    chemin.write_bytes(chemin.read_bytes().replace(b"\n", b"\r\n"))
    assert empreintes == [lue.empreinte for lue in lues(chemin)]
