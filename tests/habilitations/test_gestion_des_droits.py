"""Les habilitations vues et changées par les gestionnaires de leurs portefeuilles."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courriels.models import Courriel
from habilitations.enums import EtatHabilitation
from habilitations.models import Habilitation, droits_confies_a
from structures.enums import EtatStructure
from tests.habilitations.factories import (
    ApplicationFactory,
    HabilitationFactory,
    gestionnaire,
    profil_sans_structure,
    structure_a,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db

GESTES = ["suspendre", "reprendre", "revoquer", "confirmer"]


@pytest.fixture
def decideuse(client):
    personne = gestionnaire()
    client.force_login(personne)
    return personne


class TestPerimetre:
    def test_un_portefeuille_national_confie_tous_les_droits_de_ses_profils(self):
        personne = gestionnaire()
        ici, sans_lieu = HabilitationFactory(), HabilitationFactory(profil=profil_sans_structure(), structure=None)
        assert set(droits_confies_a(personne)) == {ici, sans_lieu}

    def test_un_portefeuille_de_departement_ne_confie_que_le_sien(self):
        a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
        ici = HabilitationFactory(structure=a_paris)
        HabilitationFactory(structure=a_rennes)
        HabilitationFactory(profil=profil_sans_structure(), structure=None)
        for perimetre in ({"departements": [a_paris.departement]}, {"regions": [a_paris.departement.region]}):
            assert list(droits_confies_a(gestionnaire(**perimetre))) == [ici]

    def test_une_autre_application_ne_se_voit_pas(self):
        HabilitationFactory()
        assert not droits_confies_a(gestionnaire(applications=[ApplicationFactory(code="extranet")])).exists()

    def test_nul_ne_gere_ses_propres_droits(self):
        personne = gestionnaire()
        HabilitationFactory(titulaire=personne)
        assert not droits_confies_a(personne).exists()

    def test_une_personne_qui_n_est_plus_gestionnaire_ne_voit_rien(self):
        personne = gestionnaire()
        HabilitationFactory()
        Habilitation.objects.filter(titulaire=personne).update(fin_le=timezone.localdate() - timedelta(days=1))
        assert not droits_confies_a(personne).exists()


class TestListe:
    def test_chaque_onglet_montre_les_siennes(self, client, decideuse):
        active = HabilitationFactory()
        suspendue = HabilitationFactory(etat=EtatHabilitation.SUSPENDUE)
        passee = HabilitationFactory(etat=EtatHabilitation.REVOQUEE)
        fermee = HabilitationFactory(structure=StructureFactory(etat=EtatStructure.FERME))
        attendus = {
            "en_vigueur": {active, fermee},
            "suspendues": {suspendue},
            "passees": {passee},
            "a_revoir": {fermee},
            "inconnu": {active, fermee},
        }
        for onglet, attendues in attendus.items():
            assert set(client.get(f"/gestion/habilitations/?onglet={onglet}").context["page"]) == attendues, onglet

    @pytest.mark.parametrize("q", ["Zoé", "zoe.t@", "lévy exemple", "750790073", "zoé 7507"])
    def test_la_recherche_trouve_la_personne_et_la_structure(self, client, decideuse, q):
        cherchee = HabilitationFactory(
            titulaire__prenom="Zoé",
            titulaire__courriel="zoe.t@centre.example",
            structure__nom="CAMSP LEVY EXEMPLE",
            structure__mots=" camsp levy exemple ",
            structure__numero_finess="750790073",
        )
        HabilitationFactory()
        assert list(client.get("/gestion/habilitations/", {"q": q}).context["page"]) == [cherchee]

    def test_les_filtres_se_combinent(self, client, decideuse):
        a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
        cherchee = HabilitationFactory(structure=a_paris)
        HabilitationFactory(structure=a_rennes)
        criteres = {"departement": "75", "profil": cherchee.profil_id, "application": cherchee.profil.application_id}
        assert list(client.get("/gestion/habilitations/", criteres).context["page"]) == [cherchee]

    def test_rien_de_trouve_se_dit(self, client, decideuse):
        assert "Aucune habilitation ne répond" in client.get("/gestion/habilitations/?q=introuvable").text

    @pytest.mark.parametrize("format_", ["csv", "xlsx"])
    def test_la_liste_s_emporte_sans_formule(self, client, decideuse, format_):
        HabilitationFactory(titulaire__nom="=1+1", titulaire__courriel="a@b.example")
        reponse = client.get(f"/gestion/habilitations/?format={format_}")
        contenu = b"".join(reponse)
        assert f'attachment; filename="habilitations.{format_}"' in reponse["Content-Disposition"]
        if format_ == "csv":
            assert "'=1+1;" in contenu.decode()

    @pytest.mark.parametrize("onglet", ["en_vigueur", "a_revoir"])
    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_droits(
        self, client, decideuse, onglet, django_assert_num_queries
    ):
        def remplir(nombre):
            for _ in range(nombre):
                HabilitationFactory(structure=structure_a("75", etat=EtatStructure.FERME))

        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        adresse = f"/gestion/habilitations/?onglet={onglet}"
        remplir(1)
        client.get(adresse)
        with CaptureQueriesContext(connection) as une:
            client.get(adresse)
        remplir(24)
        with django_assert_num_queries(len(une)):
            client.get(adresse)


class TestGestes:
    def test_revoquer_demande_un_motif_puis_ferme_et_ecrit(self, client, decideuse):
        droit = HabilitationFactory()
        adresse = f"/gestion/habilitations/{droit.pk}/revoquer/"
        page = client.post(adresse).text
        assert "Erreur :" in page
        assert "Indiquez le motif" in page
        reponse = client.post(adresse, {"revoquer-motif": "Départ de l'établissement."}, follow=True)
        assert "est révoquée" in reponse.text
        droit.refresh_from_db()
        assert (droit.etat, droit.motif) == (EtatHabilitation.REVOQUEE, "Départ de l'établissement.")
        assert Courriel.objects.get().destinataire == droit.titulaire.courriel

    def test_suspendre_puis_reprendre(self, client, decideuse):
        droit = HabilitationFactory()
        client.post(f"/gestion/habilitations/{droit.pk}/suspendre/", {"suspendre-motif": "Vérification en cours."})
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.SUSPENDUE
        assert "Lever la suspension" in client.get(f"/gestion/habilitations/{droit.pk}/").text
        client.post(f"/gestion/habilitations/{droit.pk}/reprendre/", {"reprendre-motif": "Tout est en ordre."})
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.ACTIVE

    def test_un_geste_perime_dit_ce_qui_s_est_passe(self, client, decideuse):
        droit = HabilitationFactory(etat=EtatHabilitation.RENONCEE)
        for geste in ("suspendre", "revoquer", "confirmer"):
            reponse = client.post(
                f"/gestion/habilitations/{droit.pk}/{geste}/", {f"{geste}-motif": "Départ."}, follow=True
            )
            assert "plus en vigueur" in reponse.text
        assert "Agir sur cette habilitation" not in client.get(f"/gestion/habilitations/{droit.pk}/").text

    def test_confirmer_sort_le_droit_de_la_liste_a_revoir(self, client, decideuse):
        droit = HabilitationFactory(structure=StructureFactory(etat=EtatStructure.FERME))
        assert "Elle reste juste" in client.get(f"/gestion/habilitations/{droit.pk}/").text
        client.post(f"/gestion/habilitations/{droit.pk}/confirmer/")
        assert not Habilitation.objects.a_revoir().exists()
        assert Habilitation.objects.actives().filter(pk=droit.pk).exists()
        assert "confirmée après revue" in client.get(f"/gestion/habilitations/{droit.pk}/").text

    @pytest.mark.parametrize("geste", ["", *(f"{geste}/" for geste in GESTES)])
    def test_le_droit_d_un_autre_portefeuille_n_existe_pas(self, client, geste):
        a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
        client.force_login(gestionnaire(departements=[a_rennes.departement]))
        droit = HabilitationFactory(structure=a_paris)
        adresse = f"/gestion/habilitations/{droit.pk}/{geste}"
        reponse = client.post(adresse, {f"{geste[:-1]}-motif": "Départ."}) if geste else client.get(adresse)
        assert reponse.status_code == 404
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.ACTIVE

    def test_le_sien_n_existe_pas_non_plus(self, client, decideuse):
        droit = HabilitationFactory(titulaire=decideuse)
        assert client.get(f"/gestion/habilitations/{droit.pk}/").status_code == 404
