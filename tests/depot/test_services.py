import errno
import hashlib
import os
import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from courriels.models import Courriel
from depot import services
from depot.enums import EtatDocument, NatureDocument
from depot.erreurs import DepotImpossible, FichierRefuse, StockagePlein, TransitionInterdite
from depot.juge import enclos
from depot.juge.verdicts import EXAMEN
from depot.models import Campagne, Document
from depot.services import depots
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DocumentFactory
from tests.structures.factories import CategorieFactory, StructureFactory

QUALITATIF, QUANTITATIF = NatureDocument.QUALITATIF, NatureDocument.QUANTITATIF


def deposer(contenu=b"%PDF-essai", nom="rapport.pdf", **champs):
    champs.setdefault("campagne", CampagneFactory())
    champs.setdefault("acteur", UtilisateurFactory())
    if "structure" not in champs:
        champs["structure"] = StructureFactory()
    champs.setdefault("nature", QUALITATIF)
    acteur = champs.pop("acteur")
    return services.deposer(envoi=services.Envoi(fichier=fabrique.envoi(contenu, nom), **champs), acteur=acteur)


def garde(document):
    with default_storage.open(document.fichier.name) as fichier:
        return fichier.read()


def fichiers(stockage):
    return [chemin for chemin in stockage.rglob("*") if chemin.is_file()]


@pytest.mark.django_db
def test_un_fichier_accepte_par_le_vrai_juge_est_garde_entier_avec_son_empreinte(stockage):
    contenu = fabrique.classeur()

    document = deposer(contenu, "Bilan.xls", nature=QUANTITATIF)

    assert garde(document) == contenu
    assert document.sha256 == hashlib.sha256(contenu).hexdigest()
    assert (document.nom_fichier, document.type, document.taille) == ("Bilan.xlsx", "xlsx", len(contenu))
    assert document.etat == EtatDocument.CONTROLE


@pytest.mark.django_db
def test_un_fichier_refuse_ne_laisse_rien(stockage):
    with pytest.raises(FichierRefuse, match="Vous avez déposé un document Word dans la case Excel"):
        deposer(fabrique.document_word(), "bilan.xlsx", nature=QUANTITATIF)

    assert not Document.objects.exists()
    assert not fichiers(stockage)
    assert not Courriel.objects.exists()


@pytest.mark.django_db
def test_le_fichier_est_range_sous_un_nom_qui_ne_doit_rien_au_sien(juge_favorable):
    document = deposer(nom="../../etc/passwd.pdf")

    assert document.nom_fichier == "passwd.pdf"
    assert document.fichier.name.startswith("quarantaine/")
    assert "passwd" not in document.fichier.name


@pytest.mark.django_db
def test_une_panne_du_juge_garde_le_fichier_pour_examen(monkeypatch):
    monkeypatch.setattr(enclos, "juger", lambda *_: EXAMEN)

    document = deposer()

    assert document.etat == EtatDocument.EXAMEN_MANUEL
    assert document.fichier.name.startswith("quarantaine/")
    assert not document.est_telechargeable


@pytest.mark.django_db
def test_une_nouvelle_version_garde_la_precedente(juge_favorable):
    premiere = deposer(b"un")
    seconde = deposer(b"deux", structure=premiere.structure)

    assert (premiere.version, seconde.version) == (1, 2)
    assert garde(premiere) == b"un"


@pytest.mark.django_db
def test_un_envoi_rejoue_rend_le_meme_document_et_un_seul_recepisse(juge_favorable, stockage):
    premiere = deposer(b"un")
    rejouee = deposer(b"un", structure=premiere.structure, acteur=premiere.deposant)

    assert rejouee == premiere
    assert len(fichiers(stockage)) == 1
    assert Courriel.objects.count() == 1


@pytest.mark.django_db
def test_le_meme_fichier_d_une_autre_personne_ou_apres_la_corbeille_est_une_version(juge_favorable):
    premiere = deposer(b"un")
    seconde = deposer(b"un", structure=premiere.structure)
    assert seconde.version == 2

    services.supprimer(document=seconde, acteur=seconde.deposant)
    assert deposer(b"un", structure=premiere.structure, acteur=seconde.deposant).version == 3


@pytest.mark.django_db
def test_les_versions_se_comptent_par_nature_et_corbeille_comprise(juge_favorable):
    premiere = deposer()
    services.supprimer(document=premiere, acteur=premiere.deposant)

    assert deposer(structure=premiere.structure, nature=QUANTITATIF).version == 1
    assert deposer(structure=premiere.structure).version == 2


@pytest.mark.django_db
def test_un_depot_est_consigne_et_donne_un_seul_recepisse(juge_favorable):
    document = deposer()

    assert Evenement.objects.sur(document).get().action == "document.depose"
    courriel = Courriel.objects.get()
    assert courriel.destinataire == document.deposant.courriel
    assert courriel.sujet == f"Récépissé de dépôt {document.reference}"
    for attendu in (document.sha256, "rapport.pdf", "support@portail.example", f"/recepisses/{document.reference}/"):
        assert attendu in courriel.texte


@pytest.mark.django_db
@pytest.mark.parametrize(("debut", "fin"), [(-10, -1), (1, 10)])
def test_on_ne_depose_pas_hors_campagne_et_rien_n_est_juge(monkeypatch, debut, fin):
    monkeypatch.setattr(enclos, "juger", lambda *_: pytest.fail("jugé hors campagne"))
    jour = timezone.localdate()
    campagne = CampagneFactory(ouverte_le=jour + timedelta(days=debut), echeance_le=jour + timedelta(days=fin))

    with pytest.raises(DepotImpossible, match="La campagne 2026"):
        deposer(campagne=campagne)


@pytest.mark.django_db
def test_une_campagne_close_pendant_l_envoi_n_est_plus_ouverte(monkeypatch, juge_favorable, stockage):
    campagne = CampagneFactory()
    en_memoire = Campagne.objects.get()
    hier = timezone.localdate() - timedelta(days=1)
    Campagne.objects.update(ouverte_le=hier, echeance_le=hier)

    with pytest.raises(DepotImpossible, match="est close"):
        deposer(campagne=en_memoire)

    assert campagne.documents.count() == 0
    assert not fichiers(stockage)


@pytest.mark.django_db
def test_on_depose_le_premier_et_le_dernier_jour(juge_favorable):
    jour = timezone.localdate()

    assert deposer(campagne=CampagneFactory(ouverte_le=jour, echeance_le=jour)).pk


@pytest.mark.django_db
def test_une_transaction_qui_echoue_reprend_le_fichier(juge_favorable, monkeypatch, stockage):
    def echouer(*_):
        raise RuntimeError("panne")

    monkeypatch.setattr("depot.courriels.recepisse", echouer)

    with pytest.raises(RuntimeError):
        deposer()

    assert not Document.objects.exists()
    assert not fichiers(stockage)


@pytest.mark.django_db
def test_une_panne_apres_la_validation_ne_perd_pas_le_fichier(juge_favorable, monkeypatch, stockage):
    enregistrer = depots._enregistrer

    def tomber_apres(*arguments):
        enregistrer(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(depots, "_enregistrer", tomber_apres)

    with pytest.raises(KeyboardInterrupt):
        deposer()

    assert default_storage.exists(Document.objects.get().fichier.name)


@pytest.mark.django_db
def test_un_disque_plein_se_dit_et_ne_laisse_rien(juge_favorable, monkeypatch, stockage):
    def plein(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", plein)

    with pytest.raises(StockagePlein, match="Rien n'a été gardé"):
        deposer()

    assert not Document.objects.exists()
    assert not fichiers(stockage)


@pytest.mark.django_db
def test_une_structure_d_une_autre_categorie_ne_depose_pas(juge_favorable, stockage):
    with pytest.raises(StructureFactory._meta.model.DoesNotExist):
        deposer(structure=StructureFactory(categorie=CategorieFactory(code="500")))

    assert not fichiers(stockage)


@pytest.mark.django_db
def test_la_corbeille_rend_le_document_une_fois():
    document = DocumentFactory()

    jete = services.supprimer(document=document, acteur=document.deposant)
    assert jete.supprime_par == document.deposant
    with pytest.raises(TransitionInterdite):
        services.supprimer(document=document, acteur=document.deposant)

    services.restaurer(document=document, acteur=document.deposant)
    with pytest.raises(TransitionInterdite):
        services.restaurer(document=document, acteur=document.deposant)
    actions = list(Evenement.objects.sur(document).order_by("pk").values_list("action", flat=True))
    assert actions == ["document.supprime", "document.restaure"]


@pytest.mark.django_db
def test_un_document_en_examen_que_le_juge_finit_par_accepter_passe_a_l_antivirus_puis_se_publie(
    juge_favorable, au_commit
):
    document = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL, type="")
    quarantaine = document.fichier.name

    with au_commit():
        services.rejuger(document=document, acteur=UtilisateurFactory())

    document.refresh_from_db()
    assert document.est_telechargeable
    assert garde(document) == b"%PDF"
    assert not default_storage.exists(quarantaine)


@pytest.mark.django_db
def test_un_document_publie_ne_se_publie_pas_deux_fois(juge_favorable, stockage):
    document = DocumentFactory()

    with pytest.raises(TransitionInterdite):
        services.rejuger(document=document, acteur=UtilisateurFactory())
    with pytest.raises(TransitionInterdite):
        services.publier_apres_examen(document=document, acteur=UtilisateurFactory())

    assert len(fichiers(stockage)) == 1


@pytest.mark.django_db
def test_le_balayage_n_efface_que_les_vieux_fichiers_sans_ligne(stockage):
    suivi = DocumentFactory()
    recent = default_storage.save("publie/recent", ContentFile(b"x"))
    vieux = default_storage.save("publie/vieux", ContentFile(b"x"))
    hier = time.time() - 2 * 24 * 3600
    for nom in (suivi.fichier.name, vieux):
        os.utime(default_storage.path(nom), (hier, hier))

    assert services.balayer() == 1

    assert default_storage.exists(suivi.fichier.name)
    assert default_storage.exists(recent)


def deposer_ensemble(contenus):
    """Les versions que donnent ces contenus, déposés au même instant par une même personne."""
    campagne, structure, acteur = CampagneFactory(), StructureFactory(), UtilisateurFactory()
    depart, versions = Barrier(len(contenus)), []

    def courir(contenu):
        depart.wait()
        versions.append(deposer(contenu, campagne=campagne, structure=structure, acteur=acteur).version)
        connection.close()

    fils = [Thread(target=courir, args=(contenu,)) for contenu in contenus]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return sorted(versions)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_des_depots_simultanes_ont_chacun_leur_version(juge_favorable):
    assert deposer_ensemble([f"%PDF-{rang}".encode() for rang in range(6)]) == [1, 2, 3, 4, 5, 6]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_un_double_clic_ne_fait_qu_une_version(juge_favorable, stockage):
    assert deposer_ensemble([b"%PDF-un"] * 4) == [1, 1, 1, 1]
    assert len(fichiers(stockage)) == 1
