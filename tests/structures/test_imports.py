"""Importer le registre : tout ou rien, et un compte rendu."""

import gzip
import socket
import subprocess
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from journal.models import Evenement
from structures.comptes_rendus import compte_rendu
from structures.enums import EtatImport, EtatStructure
from structures.finess import classique
from structures.finess.lecture import FichierRefuse
from structures.models import Categorie, Changement, EntiteJuridique, ImportFiness, Structure
from structures.services import ImportEnCours, importer_finess
from structures.tasks import importer
from tests.accounts.factories import UtilisateurFactory
from tests.structures.fichiers import cle, ecrire, ligne, plusieurs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("references")]


def importe(chemin, **options):
    return importer_finess(chemin=chemin, acteur=None, **options)


def du_registre():
    return list(Structure.objects.exclude(numero_finess=None).order_by("pk").values())


def test_un_etablissement_est_importe_tel_que_le_registre_le_decrit(tmp_path):
    importe(ecrire(tmp_path, ligne(c3="CAMSP JANINE LEVY", c4="CENTRE JANINE LEVY")))
    structure = Structure.objects.get(numero_finess="750790073")
    assert structure.nom == "CAMSP JANINE LEVY"
    assert structure.nom_long == "CENTRE JANINE LEVY"
    assert structure.lieu == "Paris 12e Arrondissement (75012)"
    assert structure.adresse == "27 rue DU COLONEL ROZANOFF"
    assert structure.type_id == "esms"
    assert structure.categorie_id == "190"
    assert structure.departement_id == "75"
    assert structure.entite_juridique.numero_finess == "750719312"
    assert str(structure.ouverte_le) == "1974-04-04"
    assert structure.etat == EtatStructure.OUVERT


def test_le_meme_fichier_deux_fois_ne_change_aucune_ligne(tmp_path):
    chemin = ecrire(tmp_path, *plusieurs(5))
    premier = importe(chemin)
    avant = du_registre()
    second = importe(chemin)
    assert (premier.creees, premier.modifiees) == (5, 0)
    assert (second.creees, second.modifiees, second.lignes) == (0, 0, 5)
    assert du_registre() == avant


def test_une_ligne_inchangee_n_est_pas_relue(tmp_path, monkeypatch):
    importe(ecrire(tmp_path, *plusieurs(5)))
    relues = []
    lire = classique._lue
    monkeypatch.setattr(classique, "_lue", lambda rang, *reste: relues.append(rang) or lire(rang, *reste))
    importe(ecrire(tmp_path, *plusieurs(4), ligne(c1=cle("75070004"), c16="0600000000")))
    assert relues == [6]


def test_une_date_de_mise_a_jour_n_est_pas_un_changement(tmp_path):
    importe(ecrire(tmp_path, ligne(c30="2025-01-01")))
    fait = importe(ecrire(tmp_path, ligne(c30="2026-01-01")))
    assert (fait.lignes, fait.creees, fait.modifiees) == (1, 0, 0)
    assert not Changement.objects.exists()


def test_une_ligne_changee_est_seule_recrite_et_le_champ_est_dit(tmp_path):
    importe(ecrire(tmp_path, *plusieurs(3)))
    cle_primaire = Structure.objects.get(numero_finess=cle("75070001")).pk
    suivant = importe(
        ecrire(tmp_path, *plusieurs(1), ligne(c1=cle("75070001"), c3="NOUVEAU NOM", c2="010780054"), *plusieurs(3)[2:])
    )
    assert (suivant.creees, suivant.modifiees) == (0, 1)
    assert suivant.rapport["champs"] == {"nom": 1, "entité juridique": 1}
    structure = Structure.objects.get(pk=cle_primaire)
    assert structure.nom == "NOUVEAU NOM"
    assert structure.entite_juridique.numero_finess == "010780054"


def test_une_entite_juridique_n_est_creee_qu_une_fois(tmp_path):
    importe(ecrire(tmp_path, *plusieurs(3)))
    assert EntiteJuridique.objects.count() == 1


def test_un_etablissement_disparu_est_marque_absent_puis_rouvert_sans_etre_supprime(tmp_path):
    importe(ecrire(tmp_path, *plusieurs(3)))
    sans_lui = importe(ecrire(tmp_path, *plusieurs(2), entete="finess;etalab;111;2026-06-01"), forcer=True)
    disparu = Structure.objects.get(numero_finess=cle("75070002"))
    assert (disparu.etat, str(disparu.absente_depuis)) == (EtatStructure.ABSENT, "2026-06-01")
    assert sans_lui.absentes == 1
    assert sans_lui.rapport["absentes"][0][0] == disparu.numero_finess
    de_retour = importe(ecrire(tmp_path, *plusieurs(3), entete="finess;etalab;111;2026-07-01"))
    disparu.refresh_from_db()
    assert (disparu.etat, disparu.absente_depuis) == (EtatStructure.OUVERT, None)
    assert (de_retour.rouvertes, de_retour.creees, de_retour.modifiees) == (1, 0, 0)


def test_un_organisme_de_liste_n_est_jamais_marque_absent(tmp_path):
    importe(ecrire(tmp_path, ligne()))
    assert Structure.objects.get(code="ars-bretagne").etat == EtatStructure.OUVERT


def test_un_etablissement_absent_le_reste_depuis_le_premier_jour(tmp_path):
    importe(ecrire(tmp_path, *plusieurs(3)))
    importe(ecrire(tmp_path, *plusieurs(2), entete="finess;etalab;111;2026-06-01"), forcer=True)
    importe(ecrire(tmp_path, *plusieurs(2), entete="finess;etalab;111;2026-07-01"))
    assert str(Structure.objects.get(numero_finess=cle("75070002")).absente_depuis) == "2026-06-01"


def test_un_numero_en_double_n_est_lu_qu_une_fois_et_signale(tmp_path):
    fait = importe(ecrire(tmp_path, ligne(c3="PREMIER"), *plusieurs(200), ligne(c3="SECOND")))
    assert Structure.objects.get(numero_finess="750790073").nom == "PREMIER"
    assert fait.rapport["rejets"] == [(203, "le numéro 750790073 est déjà à la ligne 2")]
    assert (fait.lignes, fait.rejetees) == (201, 1)


def test_une_ligne_fautive_est_rejetee_avec_son_numero_et_son_motif(tmp_path):
    fait = importe(ecrire(tmp_path, *plusieurs(150), ligne(c13="XX"), *plusieurs(151)[150:]))
    assert fait.rapport["rejets"] == [(152, "le département « XX » est inconnu")]
    assert fait.creees == 151


def test_un_numero_a_la_cle_fausse_n_est_qu_un_avertissement(tmp_path):
    fait = importe(ecrire(tmp_path, ligne(c1="750790074")))
    assert fait.creees == 1
    assert fait.rapport["cles_fausses"] == ["750790074"]


def test_une_categorie_inconnue_est_creee_d_apres_le_fichier(tmp_path):
    importe(ecrire(tmp_path, ligne(c18="987", c19="Maison d'essai", c20="4106")))
    categorie = Categorie.objects.get(code="987")
    assert (categorie.libelle, categorie.type_id) == ("Maison d'essai", "esms")


def test_un_fichier_ou_manque_une_colonne_est_refuse(tmp_path):
    with pytest.raises(FichierRefuse, match="31 colonnes au lieu de 32"):
        importe(ecrire(tmp_path, *(texte.removesuffix(";") for texte in plusieurs(3))))
    assert not du_registre()


def test_un_fichier_sans_etablissement_est_refuse(tmp_path):
    with pytest.raises(FichierRefuse, match="aucun établissement"):
        importe(ecrire(tmp_path))


def refuse_sans_rien_changer(chemin, motif):
    avant = du_registre()
    with pytest.raises(FichierRefuse, match=motif):
        importe(chemin)
    assert du_registre() == avant
    assert ImportFiness.objects.first().etat == EtatImport.REFUSE
    assert ImportFiness.objects.first().motif


@pytest.mark.parametrize(
    ("lignes", "entete", "motif"),
    [
        (plusieurs(40)[:30], None, "30 établissements"),
        ([*plusieurs(30), *plusieurs(40, c18="355")[30:]], None, "30 CAMSP et CMPP"),
        (plusieurs(40, c13="92"), None, "département 75 passe de 40 à 0"),
        (plusieurs(40), "finess;etalab;110;2026-04-01", "avant le dernier importé"),
    ],
)
def test_un_recul_suspect_arrete_l_import_sauf_si_on_le_force(tmp_path, lignes, entete, motif):
    importe(ecrire(tmp_path, *plusieurs(40)))
    chemin = ecrire(tmp_path, *lignes, **({"entete": entete} if entete else {}))
    refuse_sans_rien_changer(chemin, motif)
    assert importe(chemin, forcer=True).etat == EtatImport.APPLIQUE


def test_un_fichier_coupe_ne_change_rien(tmp_path):
    importe(ecrire(tmp_path, *plusieurs(40)))
    chemin = ecrire(tmp_path, *plusieurs(41, c16="0600000000"))
    chemin.write_bytes(chemin.read_bytes()[:-60])
    refuse_sans_rien_changer(chemin, "s'arrête au milieu de la ligne 42")


ABIMES = {
    "coupé": (lambda bon: bon[:-60], "s'arrête au milieu"),
    "compressé et coupé": (lambda bon: gzip.compress(bon)[:-20], "incomplet ou abîmé"),
    "une colonne en moins": (lambda bon: bon.replace(b";;;\n", b";;\n"), "31 colonnes au lieu de 32"),
    "un guillemet ouvert": (lambda bon: bon.replace(b"CAMSP EXEMPLE 7;", b'"CAMSP EXEMPLE 7;'), "guillemet"),
    "un autre encodage": (lambda bon: bon.decode().replace("PARIS", "PÂRÎS À L'ÉTÉ").encode("cp850"), "encodage"),
    "un classeur": (lambda bon: b"PK\x03\x04\x00\x00" + bon, "n'est pas du texte"),
    "du JSON qui n'est pas FINESS+": (lambda bon: b'{"features": []}', "pas un extrait FINESS"),
    "du JSON coupé": (lambda bon: b'{"pmej": [{"ege": [{"etat', "n'est plus du JSON"),
    "ni CSV ni JSON": (lambda bon: b"<html>503</html>", "n'est pas un extrait FINESS"),
    "vide": (lambda bon: b"", "vide"),
}  # fmt: skip


@pytest.mark.parametrize("defaut", ABIMES)
def test_un_fichier_abime_est_refuse_en_le_disant_et_ne_change_rien(tmp_path, defaut):
    abimer, motif = ABIMES[defaut]
    importe(ecrire(tmp_path, *plusieurs(40)))
    chemin = ecrire(tmp_path, *plusieurs(40, c16="0600000000"))
    chemin.write_bytes(abimer(chemin.read_bytes()))
    refuse_sans_rien_changer(chemin, motif)


def test_une_erreur_au_moment_d_appliquer_ne_change_rien(tmp_path, monkeypatch):
    importe(ecrire(tmp_path, *plusieurs(3)))
    avant = du_registre()
    monkeypatch.setattr("structures.services.imports.apprendre", lambda mots: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importe(ecrire(tmp_path, *plusieurs(3, c16="0600000000")))
    assert du_registre() == avant
    assert ImportFiness.objects.first().etat == EtatImport.REFUSE
    assert ImportFiness.objects.first().modifiees == 0


def test_l_import_garde_qui_quoi_et_le_journal_le_dit(tmp_path):
    camille = UtilisateurFactory()
    fait = importer_finess(chemin=ecrire(tmp_path, ligne()), acteur=camille)
    assert (fait.par_id, fait.fichier, len(fait.sha256)) == (camille.pk, "finess.csv", 64)
    assert str(fait.date_du_fichier) == "2026-05-12"
    evenement = Evenement.objects.sur(fait).get()
    assert (evenement.action, evenement.acteur_id) == ("finess.importe", camille.pk)
    assert evenement.apres["creees"] == 1


def test_un_refus_est_consigne(tmp_path):
    with pytest.raises(FichierRefuse):
        importe(ecrire(tmp_path, entete="autre chose"))
    assert Evenement.objects.sur(ImportFiness.objects.get()).get().action == "finess.refuse"


def en_cours(processus, age=timedelta()):
    importation = ImportFiness.objects.create(fichier="autre.csv", processus=processus)
    ImportFiness.objects.filter(pk=importation.pk).update(debut=timezone.now() - age)
    return importation


def test_deux_imports_a_la_fois_sont_refuses(tmp_path):
    en_cours("autre-machine:1")
    with pytest.raises(ImportEnCours, match="déjà en cours"):
        importe(ecrire(tmp_path, ligne()))
    assert not du_registre()


def mort():
    processus = subprocess.Popen(["true"])
    processus.wait()
    return f"{socket.gethostname()}:{processus.pid}"


@pytest.mark.parametrize("reste", [lambda: en_cours(mort()), lambda: en_cours("autre:1", timedelta(minutes=61))])
def test_un_import_mort_ne_bloque_pas_les_suivants(tmp_path, reste):
    reste = reste()
    importe(ecrire(tmp_path, ligne()))
    reste.refresh_from_db()
    assert reste.etat == EtatImport.REFUSE
    assert "arrêté avant la fin" in reste.motif


def test_la_commande_imprime_le_compte_rendu(tmp_path, capsys):
    call_command("importer_finess", str(ecrire(tmp_path, *plusieurs(3))))
    sortie = capsys.readouterr().out
    assert "Établissements lus : 3\nDont CAMSP et CMPP : 3" in sortie
    assert "Créés : 3" in sortie


def test_la_commande_dit_en_une_phrase_pourquoi_elle_refuse(tmp_path):
    with pytest.raises(CommandError, match="pas un extrait FINESS"):
        call_command("importer_finess", str(ecrire(tmp_path, entete="autre")))
    with pytest.raises(CommandError, match="n'existe pas"):
        call_command("importer_finess", str(tmp_path / "absent.csv"))


def test_la_commande_lit_l_entree_standard(tmp_path, monkeypatch, capsys):
    with ecrire(tmp_path, ligne()).open() as entree:
        monkeypatch.setattr("sys.stdin", entree)
        call_command("importer_finess", "-")
    assert "entrée standard" in capsys.readouterr().out
    assert Structure.objects.filter(numero_finess="750790073").exists()


def test_le_compte_rendu_nomme_champs_absents_et_rejets(tmp_path):
    importe(ecrire(tmp_path, *plusieurs(300)))
    fait = importe(ecrire(tmp_path, *plusieurs(299, c16="0600000000"), ligne(c13="XX")), forcer=True)
    texte = "\n".join(compte_rendu(fait))
    assert "Modifiés : 299 (téléphone : 299)" in texte
    assert f"{cle('75070299')} CAMSP EXEMPLE 299, Paris 12e Arrondissement" in texte
    assert "ligne 301 : le département « XX » est inconnu" in texte


def test_la_tache_mene_l_import_demande_et_une_seconde_fois_ne_fait_rien(tmp_path):
    chemin = ecrire(tmp_path, ligne())
    demande = ImportFiness.objects.create(fichier="finess.csv", par=UtilisateurFactory())
    importer(demande.pk, str(chemin))
    demande.refresh_from_db()
    assert (demande.etat, demande.creees, demande.a_lire) == (EtatImport.APPLIQUE, 1, 2)
    chemin.unlink()
    importer(demande.pk, str(chemin))


def test_la_tache_laisse_l_import_a_l_ouvrier_qui_y_travaille(tmp_path):
    autre = subprocess.Popen(["sleep", "30"])
    try:
        demande = en_cours(f"{socket.gethostname()}:{autre.pid}")
        importer(demande.pk, str(ecrire(tmp_path, ligne())))
    finally:
        autre.kill()
        autre.wait()
    demande.refresh_from_db()
    assert demande.etat == EtatImport.EN_COURS
    assert not du_registre()


def test_la_tache_reprend_l_import_d_un_ouvrier_mort(tmp_path):
    mort = subprocess.Popen(["true"])
    mort.wait()
    demande = en_cours(f"{socket.gethostname()}:{mort.pid}")
    importer(demande.pk, str(ecrire(tmp_path, ligne())))
    demande.refresh_from_db()
    assert demande.etat == EtatImport.APPLIQUE


def test_l_extrait_de_la_demonstration_s_importe(settings):
    fait = importe(settings.RACINE / "fixtures" / "structures" / "extrait_finess.csv")
    assert fait.camsp_cmpp >= 150
    assert fait.rejetees == 0
    janine_levy = Structure.objects.get(numero_finess="750790073")
    assert (janine_levy.nom, janine_levy.lieu) == ("CAMSP JANINE LEVY", "Paris 12e Arrondissement (75012)")


def test_la_table_temporaire_ne_survit_pas_a_l_import(tmp_path):
    importe(ecrire(tmp_path, ligne()))
    assert "import_finess" not in connection.introspection.table_names()


def test_sans_references_l_import_dit_quoi_faire(tmp_path):
    Structure.objects.all().delete()
    Structure.objects.model.departement.field.related_model.objects.all().delete()
    with pytest.raises(FichierRefuse, match="charger_references"):
        importe(ecrire(tmp_path, ligne()))


def accessoires():
    with connection.cursor() as curseur:
        contraintes = connection.introspection.get_constraints(curseur, Structure._meta.db_table)
    return {nom: (tuple(c["columns"] or ()), c["foreign_key"], c.get("type")) for nom, c in contraintes.items()}


def test_le_premier_import_rend_a_la_table_ses_index_et_ses_cles_etrangeres(tmp_path):
    avant = accessoires()
    importe(ecrire(tmp_path, *plusieurs(3)))
    assert accessoires() == avant
    assert len(avant) > 10
