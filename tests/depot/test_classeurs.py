"""Le classeur au dépôt : ce qui est à corriger, à confirmer, et les chiffres gardés."""

import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from courriels.models import Courriel
from depot import queries, services
from depot.classeur import enclos, exemples
from depot.classeur.cellules import nommer
from depot.enums import EtatDocument, NatureDocument
from depot.models import Confirmation, DepotAConfirmer, Document, Valeur
from depot.services.classeurs import ILLISIBLE
from depot.services.comptes import fusionner
from structures.enums import EtatStructure
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DepotAConfirmerFactory, DocumentFactory, PublicationFactory, deposant
from tests.structures.factories import CategorieFactory, StructureFactory

pytestmark = pytest.mark.django_db
QUANTITATIF = NatureDocument.QUANTITATIF


@pytest.fixture
def ici():
    return StructureFactory(nom="CAMSP DES TILLEULS")


@pytest.fixture
def alice(client, ici):
    """Une déposante, connectée."""
    personne = deposant(ici)
    client.force_login(personne)
    return personne


@pytest.fixture
def campagne(tmp_path):
    """Une campagne dont le modèle des CAMSP est en ligne."""
    ouverte = CampagneFactory()
    chemin = tmp_path / "modele.xlsx"
    chemin.write_bytes(exemples.composer(exemples.CAMSP, ouverte.annee))
    controles = [controle.en_donnees() for controle in services.classeurs.lire_le_modele(chemin)]
    PublicationFactory(campagne=ouverte, nature=QUANTITATIF, categorie="190", controles=controles)
    return ouverte


def envoyer(client, structure, contenu, campagne, **entetes):
    donnees = {
        "structure": structure.pk,
        "campagne": campagne.pk,
        "nature": "quantitatif",
        "fichiers": [fabrique.envoi(contenu, "rapport.xlsx")],
    }
    return client.post(reverse("depot:nouveau"), donnees, **entetes)


def texte(reponse):
    return " ".join(reponse.content.decode().split())


def annee_passee(structure, campagne, part=1.0):
    """Le rapport de l'an dernier, dont les chiffres ont été lus."""
    passee = CampagneFactory(annee=campagne.annee - 1)
    document = DocumentFactory(structure=structure, campagne=passee, nature=QUANTITATIF, type="xlsx")
    remplies = exemples.remplir(exemples.CAMSP, "Structure d'essai", part)
    remplies["file_active.total"] = 4 * remplies["file_active.1_a_2_ans"]
    Valeur.objects.bulk_create(
        Valeur(document=document, code=code, rang=rang, libelle=code, nombre=valeur)
        for rang, (code, valeur) in enumerate(remplies.items())
        if isinstance(valeur, float)
    )
    return document


# --- À corriger ------------------------------------------------------------------------------------------------------
def test_un_classeur_juste_est_recu_et_ses_chiffres_sont_gardes(client, alice, ici, campagne):
    reponse = envoyer(client, ici, fabrique.rapport(), campagne)

    document = Document.objects.get()
    assert reponse.status_code == 302
    valeurs = {valeur.code: valeur for valeur in document.valeurs.all()}
    assert valeurs["file_active.total"].nombre == 232
    assert valeurs["structure.statut"].texte == "Privé à but non lucratif"
    assert valeurs["structure.ouverture"].jour.isoformat() == "1998-09-01"
    assert [valeur.rang for valeur in document.valeurs.all()] == list(range(len(valeurs)))


@pytest.mark.parametrize("type_", ["xls", "ods"])
def test_le_meme_rapport_enregistre_par_un_tableur_dans_un_autre_format_donne_les_memes_chiffres(
    client, ici, campagne, type_, settings
):
    client.force_login(deposant(ici))
    contenu = (settings.RACINE / "fixtures" / "depot" / f"rapport-quantitatif.{type_}").read_bytes()

    envoyer(client, ici, contenu, campagne)

    document = Document.objects.get()
    valeurs = {valeur.code: valeur for valeur in document.valeurs.all()}
    assert (document.type, len(valeurs)) == (type_, 39)
    assert valeurs["file_active.total"].nombre == 232
    assert valeurs["structure.nom"].texte == "CAMSP DES TILLEULS"
    assert valeurs["structure.ouverture"].jour.isoformat() == "1998-09-01"


def test_les_erreurs_sont_dites_par_feuille_et_cellule_et_rien_n_est_garde(client, alice, ici, campagne, stockage):
    contenu = fabrique.rapport(file_active__1_a_2_ans="env. 40", file_active__total=232.0, delais__attente=None)

    reponse = envoyer(client, ici, contenu, campagne)

    assert reponse.status_code == 422
    page = texte(reponse)
    assert "2 corrections à faire" in page
    assert "un nombre entier est attendu, « env. 40 » trouvé." in page
    assert "« Enfants en liste d&#x27;attente au 31 décembre » n&#x27;est pas rempli." in page
    assert not Document.objects.exists()
    assert not DepotAConfirmer.objects.exists()
    assert not list((stockage / "a_confirmer").rglob("*"))


def test_les_corrections_d_un_classeur_se_lisent_meme_quand_les_autres_fichiers_sont_recus(client, ici, campagne):
    client.force_login(deposant(ici))
    faux = fabrique.rapport(file_active__1_a_2_ans="env. 40", file_active__total=232.0)
    donnees = {
        "structure": ici.pk,
        "campagne": campagne.pk,
        "fichiers": [fabrique.envoi(faux, "rapport.xlsx"), fabrique.envoi(fabrique.pdf(), "rapport.pdf")],
    }

    page = texte(client.post(reverse("depot:nouveau"), donnees, follow=True))

    assert "Feuille « File active », cellule C5 : un nombre entier est attendu, « env. 40 » trouvé." in page
    assert Document.objects.get().nom_fichier == "rapport.pdf"


def test_le_script_recoit_chaque_correction_en_une_phrase(client, alice, ici, campagne):
    contenu = fabrique.rapport(file_active__1_a_2_ans="env. 40", file_active__total=232.0)

    reponse = envoyer(client, ici, contenu, campagne, headers={"accept": "application/json"})

    assert reponse.status_code == 422
    assert reponse.json() == {
        "phrase": "Une cellule du classeur est à corriger.",
        "corrections": [
            f"Feuille « File active », cellule {nommer(4, 2)} : un nombre entier est attendu, « env. 40 » trouvé."
        ],
    }


def test_sans_modele_ou_pour_une_autre_categorie_rien_n_est_verifie(client, alice, ici, campagne):
    cmpp = StructureFactory(categorie=CategorieFactory(code="189"))
    client.force_login(deposant(cmpp))

    assert envoyer(client, cmpp, fabrique.classeur(), campagne).status_code == 302
    assert not Valeur.objects.exists()


def test_un_classeur_que_l_enfant_n_a_pas_pu_lire_est_garde_avec_un_avis(client, alice, ici, campagne, monkeypatch):
    def se_perdre(*_):
        raise enclos.ClasseurIllisible

    monkeypatch.setattr(enclos, "lire", se_perdre)

    envoyer(client, ici, fabrique.rapport(), campagne)

    assert ILLISIBLE in Document.objects.get().avis


# --- À confirmer -----------------------------------------------------------------------------------------------------
@pytest.fixture
def attente(client, alice, ici, campagne):
    """Un classeur envoyé, dont la file active a fondu depuis l'an dernier."""
    annee_passee(ici, campagne, part=2.5)
    reponse = envoyer(client, ici, fabrique.rapport(), campagne)
    attente = DepotAConfirmer.objects.get()
    assert reponse.url == reverse("depot:confirmer", args=[attente.cle])
    return attente


def raisons(attente, **champs):
    return {f"raison_{rang}": "" for rang in range(len(attente.avertissements))} | {"commune": ""} | champs


def confirmer(client, attente, **champs):
    return client.post(reverse("depot:confirmer", args=[attente.cle]), raisons(attente, **champs))


def test_un_ecart_marquant_attend_d_etre_confirme_et_rien_n_est_encore_depose(client, attente):
    assert not Document.objects.filter(campagne=attente.campagne).exists()
    assert not Courriel.objects.filter(modele="depot/courriels/recepisse").exists()

    page = texte(client.get(reverse("depot:confirmer", args=[attente.cle])))
    assert "580 l&#x27;an passé, 232 cette année (−60\u00a0%)".replace("\u00a0", " ") in page.replace("\u00a0", " ")
    assert "confirmez ses chiffres" in texte(client.get(reverse("depot:zone")))


def test_le_script_recoit_l_adresse_ou_confirmer(client, alice, ici, campagne):
    annee_passee(ici, campagne, part=2.5)

    reponse = envoyer(client, ici, fabrique.rapport(), campagne, headers={"accept": "application/json"})

    assert reponse.status_code == 202
    assert str(DepotAConfirmer.objects.get().cle) in reponse.json()["adresse"]


def test_sans_raison_rien_ne_se_confirme(client, attente):
    reponse = confirmer(client, attente, raison_0="Un site a fermé.")

    assert reponse.status_code == 422
    assert "Dites pourquoi ce chiffre est juste" in texte(reponse)
    assert DepotAConfirmer.objects.exists()


def test_confirme_le_classeur_est_depose_et_les_raisons_sont_gardees(client, attente):
    reponse = confirmer(client, attente, raison_0="Un site a fermé.", commune="Travaux six mois.")

    document = Document.objects.get(campagne=attente.campagne)
    assert reponse.url == reverse("depot:recepisse", args=[document.reference])
    assert document.sha256 == attente.sha256
    assert document.confirmations.count() == len(attente.avertissements)
    assert set(document.confirmations.values_list("commentaire", flat=True)) == {
        "Un site a fermé.",
        "Travaux six mois.",
    }
    assert document.valeurs.exists()
    assert not DepotAConfirmer.objects.exists()


def test_le_fichier_en_attente_s_efface_une_fois_confirme(client, attente, au_commit):
    with au_commit():
        confirmer(client, attente, commune="Travaux.")

    assert not default_storage.exists(attente.emplacement)


def test_confirmer_deux_fois_ne_depose_qu_une_fois(client, attente, alice):
    commentaires = {(averti["genre"], averti["code"]): "Travaux." for averti in attente.avertissements}
    premier = services.confirmer(attente=attente, commentaires=commentaires, acteur=alice)
    attente.pk = None  # le second clic tient encore l'ancienne ligne
    attente.save()

    assert services.confirmer(attente=attente, commentaires=commentaires, acteur=alice) == premier


def test_le_meme_classeur_renvoye_n_attend_qu_une_fois(client, attente, ici):
    envoyer(client, ici, fabrique.rapport(), attente.campagne)

    assert DepotAConfirmer.objects.count() == 1
    assert len(default_storage.listdir("a_confirmer")[1]) == 1


def test_un_autre_classeur_prend_la_place_de_celui_qui_attendait(client, attente, ici):
    envoyer(client, ici, fabrique.rapport(part=0.9), attente.campagne)

    assert DepotAConfirmer.objects.get().sha256 != attente.sha256


def test_le_balayage_garde_ce_qui_attend_et_ce_qui_est_publie(stockage):
    gardes = [DepotAConfirmerFactory().emplacement, PublicationFactory().emplacement]
    perdus = [
        default_storage.save(f"{dossier}/perdu", ContentFile(b"x")) for dossier in ("a_confirmer", "publications")
    ]
    avant_hier = time.time() - 2 * 24 * 3600
    for emplacement in (*gardes, *perdus):
        os.utime(default_storage.path(emplacement), (avant_hier, avant_hier))

    assert services.balayer() == 2
    assert [default_storage.exists(emplacement) for emplacement in (*gardes, *perdus)] == [True, True, False, False]


def test_deux_comptes_reunis_gardent_ce_qui_attend_et_ce_qui_est_publie(alice):
    fermee = deposant()
    attente, publication = DepotAConfirmerFactory(deposant=fermee), PublicationFactory(publie_par=fermee)

    fusionner(alice, fermee, None)

    attente.refresh_from_db()
    publication.refresh_from_db()
    assert (attente.deposant, publication.publie_par) == (alice, alice)


def test_on_renonce_a_un_classeur(client, attente, au_commit):
    with au_commit():
        reponse = client.post(reverse("depot:abandonner", args=[attente.cle]))

    assert "n&#x27;est pas déposé" in texte(client.get(reponse.url))
    assert not DepotAConfirmer.objects.exists()
    assert not default_storage.exists(attente.emplacement)


@pytest.mark.parametrize("geste", ["confirmer", "abandonner"])
def test_le_classeur_d_une_autre_personne_n_existe_pas(client, attente, ici, geste):
    client.force_login(deposant(ici))

    assert client.post(reverse(f"depot:{geste}", args=[attente.cle])).status_code == 404
    assert DepotAConfirmer.objects.exists()


def test_corriger_et_deposer_remplace_ce_qui_attendait(client, attente, ici):
    envoyer(client, ici, fabrique.rapport(part=2.5), attente.campagne)

    assert Document.objects.filter(campagne=attente.campagne).exists()
    assert not DepotAConfirmer.objects.exists()


def test_une_campagne_close_entre_temps_le_dit_et_garde_le_rapport(client, attente):
    hier = timezone.localdate() - timedelta(days=1)
    type(attente.campagne).objects.filter(pk=attente.campagne.pk).update(ouverte_le=hier, echeance_le=hier)

    assert "est close" in texte(confirmer(client, attente, commune="Travaux."))
    assert DepotAConfirmer.objects.exists()


def test_ce_que_personne_ne_confirme_s_efface_apres_sept_jours(au_commit):
    vieille = DepotAConfirmerFactory(cree_le=timezone.now() - timedelta(days=8))
    recente = DepotAConfirmerFactory()

    with au_commit():
        assert services.oublier_les_attentes() == 1

    assert DepotAConfirmer.objects.get() == recente
    assert not default_storage.exists(vieille.emplacement)


# --- D'une année à l'autre -------------------------------------------------------------------------------------------
def test_l_an_passe_est_le_dernier_classeur_valable(ici, campagne):
    document = annee_passee(ici, campagne)
    assert queries.nombres_de_l_an_passe(ici, campagne)["file_active.total"] == 232

    document.etat, document.analyse_le, document.constat = EtatDocument.INFECTE, timezone.now(), "Eicar"
    document.save()
    assert queries.nombres_de_l_an_passe(ici, campagne) == {}


def test_les_chiffres_de_deux_annees_se_lisent_cote_a_cote_avec_les_raisons(client, attente, ici):
    confirmer(client, attente, commune="Travaux six mois.")

    page = texte(client.get(reverse("depot:chiffres", args=[ici.numero_finess, attente.campagne.annee])))

    assert "Travaux six mois." in page
    assert '<td data-label="2025" class="nombre">580</td> <td data-label="2026" class="nombre">232</td>' in page


def test_les_chiffres_d_une_autre_structure_n_existent_pas(client, alice):
    ailleurs = StructureFactory()

    assert client.get(reverse("depot:chiffres", args=[ailleurs.numero_finess, 2026])).status_code == 404


def test_la_page_des_chiffres_tient_en_un_nombre_constant_de_requetes(
    client, alice, ici, django_assert_num_queries, django_assert_max_num_queries
):
    document = DocumentFactory(structure=ici, nature=QUANTITATIF, type="xlsx")

    def une(rang):
        Valeur.objects.create(document=document, code=str(rang), rang=rang, libelle="Enfants", nombre=1)
        Confirmation.objects.create(document=document, genre="ecart", code=str(rang), libelle="x", constat="x")

    adresse = reverse("depot:chiffres", args=[ici.numero_finess, document.campagne.annee])
    une(1)
    with django_assert_max_num_queries(20) as mesure:
        client.get(adresse)
    une(2)
    une(3)
    with django_assert_num_queries(len(mesure)):
        client.get(adresse)


# --- Un établissement fermé et celui qui le remplace -----------------------------------------------------------------
@pytest.fixture
def fermee(ici):
    return StructureFactory(nom="CAMSP DU MOULIN", etat=EtatStructure.FERME, successeur=ici)


def test_l_an_passe_d_un_successeur_est_celui_de_l_etablissement_ferme(client, alice, ici, campagne, fermee):
    annee_passee(fermee, campagne, part=2.5)
    envoyer(client, ici, fabrique.rapport(), campagne)

    assert "580 l'an passé, 232 cette année" in DepotAConfirmer.objects.get().avertissements[0]["constat"]
    page = texte(client.get(reverse("depot:chiffres", args=[ici.numero_finess, campagne.annee])))
    assert f"de CAMSP DU MOULIN ({fermee.numero_finess}), que cette structure remplace" in page
    assert '<td data-label="2025" class="nombre">580</td>' in page


def test_les_chiffres_de_la_structure_passent_avant_ceux_de_l_etablissement_ferme(ici, campagne, fermee):
    annee_passee(fermee, campagne, part=2.5)
    annee_passee(ici, campagne)

    assert queries.nombres_de_l_an_passe(ici, campagne)["file_active.total"] == 232


def test_deux_etablissements_remplaces_ne_se_comparent_pas(ici, campagne, fermee):
    autre = StructureFactory(etat=EtatStructure.FERME, successeur=ici)
    for ferme in (fermee, autre):
        annee_passee(ferme, campagne)

    assert queries.nombres_de_l_an_passe(ici, campagne) == {}


def test_une_structure_ouverte_n_est_remplacee_par_personne(ici, campagne):
    annee_passee(StructureFactory(successeur=ici), campagne)

    assert queries.nombres_de_l_an_passe(ici, campagne) == {}


def test_la_personne_du_successeur_lit_l_histoire_du_ferme_sans_y_toucher(client, alice, fermee, campagne):
    document = annee_passee(fermee, campagne)
    jete = DocumentFactory(structure=fermee, supprime_le=timezone.now(), supprime_par=alice)

    assert document.reference in texte(client.get(reverse("depot:documents")))
    assert "Supprimer" not in texte(client.get(reverse("depot:documents")))
    assert jete.reference in texte(client.get(reverse("depot:corbeille")))
    assert "Restaurer" not in texte(client.get(reverse("depot:corbeille")))
    assert client.get(reverse("depot:recepisse", args=[document.reference])).status_code == 200
    assert client.get(reverse("depot:structure", args=[fermee.numero_finess])).status_code == 200
    assert client.post(reverse("depot:supprimer", args=[document.reference])).status_code == 404
    assert fermee.numero_finess not in texte(client.get(reverse("depot:zone")))


def test_la_fiche_du_successeur_mene_a_celle_du_ferme(client, alice, ici, fermee):
    page = texte(client.get(reverse("depot:structure", args=[ici.numero_finess])))

    assert reverse("depot:structure", args=[fermee.numero_finess]) in page


def test_l_histoire_se_lit_au_dela_d_un_second_etablissement_ferme(client, alice, fermee, campagne):
    document = annee_passee(StructureFactory(etat=EtatStructure.FERME, successeur=fermee), campagne)

    assert client.get(reverse("depot:recepisse", args=[document.reference])).status_code == 200


def test_l_etablissement_ferme_d_un_autre_ne_se_lit_pas(client, alice, campagne):
    document = annee_passee(StructureFactory(etat=EtatStructure.FERME, successeur=StructureFactory()), campagne)

    assert client.get(reverse("depot:recepisse", args=[document.reference])).status_code == 404
