"""Transférer les droits d'un établissement fermé vers son successeur : tout, ou rien."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courriels.models import Courriel
from habilitations import services
from habilitations.enums import EtatHabilitation
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Habilitation
from journal.models import Evenement
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    profil_avec_structures,
    structure_a,
)
from tests.structures.factories import CategorieFactory, StructureFactory, TypeStructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def profil():
    return profil_avec_structures(duree_mois=36)


@pytest.fixture
def successeur():
    return structure_a("75", nom="CAMSP DU PARC")


@pytest.fixture
def ferme(successeur):
    return structure_a("75", nom="CAMSP DES LILAS", etat=EtatStructure.FERME, successeur=successeur)


@pytest.fixture
def decideuse(client):
    personne = gestionnaire()
    client.force_login(personne)
    return personne


def adresse(structure):
    return f"/gestion/transferts/{structure.pk}/"


def test_chaque_droit_passe_au_successeur_et_l_ancien_reste_dit_transfere(profil, ferme, successeur, decideuse):
    fin = timezone.localdate() + timedelta(days=100)
    actif = HabilitationFactory(profil=profil, structure=ferme, fin_le=fin)
    suspendu = HabilitationFactory(profil=profil, structure=ferme, etat=EtatHabilitation.SUSPENDUE)
    services.transferer(structure=ferme, acteur=decideuse)
    for ancien, etat in ((actif, EtatHabilitation.ACTIVE), (suspendu, EtatHabilitation.SUSPENDUE)):
        nouveau = Habilitation.objects.get(titulaire=ancien.titulaire, structure=successeur)
        assert (nouveau.etat, nouveau.fin_le, nouveau.motif) == (etat, ancien.fin_le, ancien.motif)
        ancien.refresh_from_db()
        assert ancien.etat == EtatHabilitation.TRANSFEREE
        assert "CAMSP DU PARC" in ancien.motif
        assert "CAMSP DU PARC" in Courriel.objects.get(destinataire=ancien.titulaire.courriel).sujet
    assert Evenement.objects.filter(action="structure.transferee").count() == 1


def test_un_droit_deja_tenu_chez_le_successeur_ferme_seulement_l_ancien(profil, ferme, successeur, decideuse):
    ancien = HabilitationFactory(profil=profil, structure=ferme)
    deja = HabilitationFactory(profil=profil, structure=successeur, titulaire=ancien.titulaire)
    services.transferer(structure=ferme, acteur=decideuse)
    assert Habilitation.objects.actives().get(titulaire=ancien.titulaire) == deja


def test_un_droit_echu_chez_le_successeur_laisse_sa_place(profil, ferme, successeur, decideuse):
    """La nuit ne l'a pas encore fermé."""
    ancien = HabilitationFactory(profil=profil, structure=ferme)
    hier = timezone.localdate() - timedelta(days=1)
    echu = HabilitationFactory(profil=profil, structure=successeur, titulaire=ancien.titulaire, fin_le=hier)
    services.transferer(structure=ferme, acteur=decideuse)
    assert Habilitation.objects.actives().get(titulaire=ancien.titulaire).structure == successeur
    echu.refresh_from_db()
    assert echu.etat == EtatHabilitation.EXPIREE


def test_une_personne_qui_tient_deux_profils_ne_recoit_qu_un_courriel(profil, ferme, decideuse):
    personne = UtilisateurFactory()
    HabilitationFactory(profil=profil, structure=ferme, titulaire=personne)
    HabilitationFactory(profil=profil_avec_structures(code="b"), structure=ferme, titulaire=personne)
    services.transferer(structure=ferme, acteur=decideuse)
    assert Courriel.objects.filter(destinataire=personne.courriel).count() == 1


def test_un_seul_obstacle_arrete_tout(profil, ferme, decideuse):
    passe = HabilitationFactory(profil=profil, structure=ferme)
    refuse = HabilitationFactory(profil=ProfilFactory(code="sans-types", nom="Sans types"), structure=ferme)
    with pytest.raises(DemandeImpossible, match="n'accepte pas le type"):
        services.transferer(structure=ferme, acteur=decideuse)
    for droit in (passe, refuse):
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.ACTIVE
    assert not Courriel.objects.exists()
    assert not Evenement.objects.exists()


def test_la_categorie_du_successeur_doit_etre_acceptee(profil, ferme, decideuse):
    profil.categories.add(CategorieFactory(code="189", type=TypeStructureFactory()))
    HabilitationFactory(profil=profil, structure=ferme)
    with pytest.raises(DemandeImpossible, match="n'accepte pas la catégorie"):
        services.transferer(structure=ferme, acteur=decideuse)


def test_un_successeur_hors_du_portefeuille_ne_recoit_rien(profil, ferme):
    ailleurs = structure_a("35", region="53")
    ferme.successeur = ailleurs
    ferme.save()
    HabilitationFactory(profil=profil, structure=ferme)
    regionale = gestionnaire(departements=[ferme.departement])
    with pytest.raises(DemandeImpossible, match="Aucun de vos portefeuilles ne couvre"):
        services.transferer(structure=ferme, acteur=regionale)


def test_un_successeur_ferme_a_son_tour_arrete_tout(profil, ferme, successeur, decideuse):
    successeur.etat = EtatStructure.FERME
    successeur.save()
    HabilitationFactory(profil=profil, structure=ferme)
    with pytest.raises(DemandeImpossible, match="n'est plus ouvert"):
        services.transferer(structure=ferme, acteur=decideuse)


def test_les_droits_d_autres_portefeuilles_ne_passent_pas(profil, ferme, decideuse):
    sien = HabilitationFactory(profil=profil, structure=ferme)
    autre_profil = ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet"))
    autre = HabilitationFactory(profil=autre_profil, structure=ferme)
    services.transferer(structure=ferme, acteur=decideuse)
    for droit in (sien, autre):
        droit.refresh_from_db()
    assert (sien.etat, autre.etat) == (EtatHabilitation.TRANSFEREE, EtatHabilitation.ACTIVE)


class TestPages:
    def test_la_liste_mene_a_l_apercu_puis_au_geste(self, client, decideuse, profil, ferme):
        droit = HabilitationFactory(profil=profil, structure=ferme)
        attente = DemandeFactory(profil=profil, pour=[ferme])
        assert adresse(ferme) in client.get("/gestion/transferts/").text
        page = client.get(adresse(ferme)).text
        assert droit.titulaire.get_full_name() in page
        assert f"Demande n° {attente.pk}" in page
        assert "Transférer 1 habilitation" in page
        reponse = client.post(adresse(ferme), {"habilitation": [droit.pk]}, follow=True)
        assert "1 personne reçoit un courriel" in reponse.text
        assert "sont déjà transférées." in client.get(adresse(ferme), follow=True).text

    def test_l_apercu_ne_montre_pas_les_demandes_d_autres_portefeuilles(self, client, decideuse, profil, ferme):
        HabilitationFactory(profil=profil, structure=ferme)
        extranet = ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet"))
        autre = DemandeFactory(profil=extranet, pour=[ferme])
        assert f"Demande n° {autre.pk}" not in client.get(adresse(ferme)).text

    def test_ce_qui_a_change_depuis_l_apercu_arrete_tout(self, client, decideuse, profil, ferme):
        droit = HabilitationFactory(profil=profil, structure=ferme)
        HabilitationFactory(profil=profil, structure=ferme)
        reponse = client.post(adresse(ferme), {"habilitation": [droit.pk]}, follow=True)
        assert "viennent de changer" in reponse.text
        assert Habilitation.objects.actives().filter(structure=ferme).count() == 2

    def test_un_double_clic_ne_transfere_qu_une_fois(self, client, decideuse, profil, ferme):
        droit = HabilitationFactory(profil=profil, structure=ferme)
        client.post(adresse(ferme), {"habilitation": [droit.pk]})
        reponse = client.post(adresse(ferme), {"habilitation": [droit.pk]}, follow=True)
        assert "sont déjà transférées." in reponse.text
        assert Courriel.objects.filter(destinataire=droit.titulaire.courriel).count() == 1

    def test_sans_successeur_la_page_dit_a_qui_s_adresser(self, client, decideuse, profil, ferme):
        ferme.successeur = None
        ferme.save()
        HabilitationFactory(profil=profil, structure=ferme)
        page = client.get(adresse(ferme)).text
        assert "Aucun successeur" in page
        assert "Ne rien changer" not in page

    @pytest.mark.parametrize("methode", ["get", "post"])
    def test_un_etablissement_ou_l_on_ne_gere_rien_n_existe_pas(self, client, profil, ferme, methode):
        HabilitationFactory(profil=profil, structure=ferme)
        ailleurs = structure_a("35", region="53")
        client.force_login(gestionnaire(departements=[ailleurs.departement]))
        assert getattr(client, methode)(adresse(ferme)).status_code == 404
        assert ferme.nom not in client.get("/gestion/transferts/").text

    def test_un_etablissement_ouvert_n_est_pas_dans_la_liste(self, client, decideuse, profil):
        droit = HabilitationFactory(profil=profil, structure=StructureFactory(nom="CAMSP OUVERT"))
        assert droit.structure.nom not in client.get("/gestion/transferts/").text
        assert client.get(adresse(droit.structure)).status_code == 404

    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_droits(
        self, client, decideuse, profil, ferme, django_assert_num_queries
    ):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        HabilitationFactory(profil=profil, structure=ferme)
        client.get(adresse(ferme))
        with CaptureQueriesContext(connection) as une:
            client.get(adresse(ferme))
        HabilitationFactory.create_batch(20, profil=profil, structure=ferme)
        with django_assert_num_queries(len(une)):
            client.get(adresse(ferme))
