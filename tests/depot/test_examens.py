import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from courriels.models import Courriel
from depot.classeur import exemples
from depot.classeur.modele import Controle, Sorte
from depot.enums import EtatDocument, NatureDocument
from depot.models import Confirmation, DepotAConfirmer, Document, Valeur
from depot.services.classeurs import A_EXPLIQUER, ILLISIBLE
from journal.models import Evenement
from tests.clamd import EICAR
from tests.depot.factories import (
    CampagneFactory,
    DepotAConfirmerFactory,
    DocumentFactory,
    PublicationFactory,
    agent,
    deposant,
)


@pytest.fixture
def agente(client, db):
    personne = agent()
    client.force_login(personne)
    return personne


def agir(client, geste, document, **donnees):
    return client.post(reverse(f"depot:{geste}", args=[document.reference]), donnees, follow=True).content.decode()


@pytest.fixture
def en_examen(db):
    return DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL)


def test_la_file_ne_montre_que_ce_qui_attend_un_examen(client, agente, en_examen):
    publie = DocumentFactory()

    page = client.get(reverse("depot:examens")).content.decode()

    assert en_examen.reference in page
    assert publie.reference not in page


def test_un_document_examine_se_publie(client, agente, en_examen):
    assert "est publié" in agir(client, "publier_apres_examen", en_examen)

    en_examen.refresh_from_db()
    assert en_examen.etat == EtatDocument.PUBLIE


def test_un_document_examine_se_refuse_avec_un_motif(client, agente, en_examen):
    agir(client, "refuser_apres_examen", en_examen, motif="Le fichier est vide de chiffres.")

    en_examen.refresh_from_db()
    assert (en_examen.etat, en_examen.constat) == (EtatDocument.REFUSE, "Le fichier est vide de chiffres.")


def test_un_refus_sans_motif_redonne_la_page(client, agente, en_examen):
    assert "Dites pourquoi le fichier est refusé" in agir(client, "refuser_apres_examen", en_examen)

    en_examen.refresh_from_db()
    assert en_examen.etat == EtatDocument.EXAMEN_MANUEL


def test_un_document_deja_publie_ne_s_examine_plus(client, agente):
    publie = DocumentFactory()

    agir(client, "refuser_apres_examen", publie, motif="Trop tard.")

    publie.refresh_from_db()
    assert publie.etat == EtatDocument.PUBLIE


def test_une_structure_n_examine_pas_ses_documents(client, en_examen):
    client.force_login(deposant(en_examen.structure))

    reponse = client.post(reverse("depot:publier_apres_examen", args=[en_examen.reference]))

    assert reponse.status_code == 403


# --- Ouvrir le fichier -----------------------------------------------------------------------------------------------
def telecharger(client, document):
    return client.post(reverse("depot:ouvrir_en_examen", args=[document.reference]))


def test_un_fichier_en_examen_se_telecharge_apres_un_avertissement_sans_que_rien_ne_l_execute(client, agente):
    document = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL, type="", nom_fichier="rapport.html")
    avertissement = client.get(reverse("depot:ouvrir_en_examen", args=[document.reference]))

    reponse = telecharger(client, document)

    assert "il peut être dangereux" in avertissement.content.decode()
    assert reponse["Content-Type"] == "application/octet-stream"
    assert reponse["Content-Disposition"] == f'attachment; filename="en-examen-{document.reference}.bin"'
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(reponse.streaming_content) == b"%PDF"
    assert Evenement.objects.sur(document).get(action="document.ouvert_pour_examen").acteur == agente


def test_une_extension_attendue_reste_au_fichier_en_examen(client, agente, en_examen):
    reponse = telecharger(client, en_examen)
    reponse.close()

    assert reponse["Content-Disposition"].endswith('.pdf"')


@pytest.mark.parametrize("etat", [EtatDocument.INFECTE, EtatDocument.REFUSE, EtatDocument.CONTROLE])
def test_hors_examen_un_fichier_ne_se_remet_a_personne(client, agente, etat):
    document = DocumentFactory(etat=etat)

    reponse = telecharger(client, document)

    assert reponse.status_code == 302
    assert not Evenement.objects.sur(document).exists()


def test_un_fichier_en_examen_que_l_antivirus_reconnait_n_est_remis_a_personne(client, agente, antivirus):
    document = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL)
    document.fichier.name = default_storage.save("quarantaine/piege", ContentFile(EICAR))
    document.save()

    reponse = client.post(reverse("depot:ouvrir_en_examen", args=[document.reference]), follow=True)

    document.refresh_from_db()
    assert "n&#x27;est remis à personne" in reponse.content.decode()
    assert document.etat == EtatDocument.INFECTE
    assert Courriel.objects.filter(modele="depot/courriels/infecte").exists()


# --- Les chiffres d'un classeur en examen ----------------------------------------------------------------------------
def modele(campagne, **champs):
    controle = Controle("enfants", "File active", "C7", "Enfants suivis", Sorte.ENTIER, **champs)
    return PublicationFactory(
        campagne=campagne, nature=NatureDocument.QUANTITATIF, controles=[controle.en_donnees()], categorie=""
    )


def classeur(etat=EtatDocument.EXAMEN_MANUEL, type_="xlsx", **champs):
    """Un rapport où C7 de la feuille « File active » vaut 58."""
    contenu = ContentFile(exemples.composer(exemples.CAMSP, 2026, exemples.remplir(exemples.CAMSP, "CAMSP")))
    return DocumentFactory(
        etat=etat,
        nature=NatureDocument.QUANTITATIF,
        type=type_,
        nom_fichier="rapport.xlsx",
        fichier=default_storage.save(Document.nouvel_emplacement(etat), contenu),
        **champs,
    )


@pytest.mark.parametrize("geste", ["rejuger", "publier_apres_examen"])
def test_les_chiffres_d_un_classeur_accepte_apres_examen_sont_gardes(client, agente, geste):
    document = classeur()
    modele(document.campagne)

    agir(client, geste, document)

    assert document.valeurs.get().nombre == 58


@pytest.mark.parametrize("geste", ["rejuger", "publier_apres_examen"])
def test_un_classeur_en_examen_dont_une_cellule_est_fausse_y_reste_et_dit_laquelle(client, agente, geste):
    document = classeur()
    modele(document.campagne, maximum=10)

    page = agir(client, geste, document)

    document.refresh_from_db()
    assert "Feuille « File active », cellule C7 : 10 au plus est attendu" in page
    assert document.etat == EtatDocument.EXAMEN_MANUEL
    assert not document.valeurs.exists()


def test_le_motif_propose_dit_les_cellules_a_corriger(client, agente):
    document = classeur(type_="")
    modele(document.campagne, maximum=10)

    page = client.get(reverse("depot:refuser_apres_examen", args=[document.reference])).content.decode()

    assert "cellule C7 : 10 au plus est attendu" in page


def test_ce_qui_surprend_apres_examen_est_dit_sans_effacer_ce_qui_attend_ailleurs(client, agente):
    document = classeur()
    modele(document.campagne, plausible_max=10)
    attente = DepotAConfirmerFactory(
        deposant=document.deposant, structure=document.structure, campagne=document.campagne
    )

    agir(client, "publier_apres_examen", document)

    document.refresh_from_db()
    assert document.avis.startswith(f"{A_EXPLIQUER} Enfants suivis : 58")
    assert DepotAConfirmer.objects.get() == attente


def test_un_chiffre_deja_explique_au_depot_n_est_pas_redemande(client, agente):
    document = classeur()
    modele(document.campagne, plausible_max=10)
    Confirmation.objects.create(document=document, genre="plausible", code="enfants", commentaire="Deux sites.")

    agir(client, "publier_apres_examen", document)

    document.refresh_from_db()
    assert document.avis == ""


def test_un_classeur_deja_lu_se_publie_meme_si_le_modele_a_change(client, agente):
    document = classeur()
    modele(document.campagne, maximum=10)
    Valeur.objects.create(document=document, code="enfants", rang=0, libelle="Enfants suivis", nombre=58)

    agir(client, "publier_apres_examen", document)

    document.refresh_from_db()
    assert document.etat == EtatDocument.PUBLIE


def test_les_chiffres_qui_n_ont_pas_pu_etre_lus_se_lisent_ensuite(client, agente):
    document = classeur(EtatDocument.PUBLIE, avis=ILLISIBLE)
    modele(document.campagne)
    adresse = reverse("depot:examens")
    assert document.reference in client.get(adresse).content.decode()

    agir(client, "lire_les_chiffres", document)

    document.refresh_from_db()
    assert document.valeurs.get().nombre == 58
    assert document.avis == ""
    assert document.reference not in client.get(adresse).content.decode()


def test_tous_les_classeurs_a_lire_se_lisent_d_un_geste_meme_si_l_un_est_a_corriger(client, agente):
    faux = classeur(EtatDocument.PUBLIE)
    juste = classeur(EtatDocument.PUBLIE, campagne=CampagneFactory(annee=2027))
    modele(faux.campagne, maximum=10)
    modele(juste.campagne)

    page = client.post(reverse("depot:lire_tous_les_chiffres"), follow=True).content.decode()

    assert "Les chiffres de 1 classeur sont lus." in page
    assert f"{faux.reference} : Une cellule du classeur est à corriger." in page
    assert juste.valeurs.exists()


def test_un_classeur_publie_dont_une_cellule_est_fausse_reste_a_lire(client, agente):
    document = classeur(EtatDocument.PUBLIE)
    modele(document.campagne, maximum=10)

    assert "10 au plus est attendu" in agir(client, "lire_les_chiffres", document)
    assert not document.valeurs.exists()


def test_un_document_sans_modele_n_est_pas_a_lire(client, agente):
    document = classeur(EtatDocument.PUBLIE)

    assert document.reference not in client.get(reverse("depot:examens")).content.decode()
