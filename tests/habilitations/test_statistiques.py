"""Les statistiques des gestionnaires, et le délai annoncé à qui demande."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from habilitations.enums import EtatDemande
from habilitations.queries import delai_attendu, statistiques
from habilitations.queries.statistiques import centile
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    gestionnaire,
    profil_avec_structures,
    structure_a,
)

pytestmark = pytest.mark.django_db
NOVEMBRE, OCTOBRE, SEPTEMBRE = date(2026, 11, 1), date(2026, 10, 1), date(2026, 9, 1)


@pytest.fixture(autouse=True)
def le_20_novembre(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 11, tzinfo=UTC))


def le(mois, jour):
    return datetime(2026, mois, jour, 11, tzinfo=UTC)


def decidee(mois, jour, delai, etat=EtatDemande.ACCEPTEE, **champs):
    decidee_le = le(mois, jour)
    return DemandeFactory(
        etat=etat, soumise_le=decidee_le - timedelta(days=1), decidee_le=decidee_le, delai_jours=delai, **champs
    )


@given(delais=st.lists(st.integers(0, 60), min_size=1), part=st.sampled_from([0.5, 0.9, 1]))
def test_le_centile_est_celui_du_rang_le_plus_proche(delais, part):
    trouve = centile(Counter(delais), part)
    assert sum(delai <= trouve for delai in delais) >= part * len(delais)
    assert sum(delai < trouve for delai in delais) < part * len(delais)


def test_sans_demande_il_n_y_a_pas_de_centile():
    assert centile(Counter(), 0.5) is None


class TestStatistiques:
    def test_chaque_mois_dit_ce_qui_est_venu_ce_qui_est_decide_et_ce_qui_reste(self):
        DemandeFactory(soumise_le=le(8, 3))  # d'avant la période, elle attend toujours
        decidee(10, 6, 2)
        decidee(10, 7, 4, EtatDemande.REFUSEE)
        decidee(11, 3, 9)
        DemandeFactory(soumise_le=le(10, 9), etat=EtatDemande.ANNULEE, annulee_le=le(11, 4))
        DemandeFactory(soumise_le=le(11, 18))
        lues = statistiques(gestionnaire(), nombre_de_mois=3)
        assert [
            (mois, un.recues, un.acceptees, un.refusees, un.en_attente, un.mediane, un.centile_90)
            for mois, un in lues.par_mois()
        ] == [
            (SEPTEMBRE, 0, 0, 0, 1, None, None),
            (OCTOBRE, 3, 1, 1, 2, 2, 4),
            (NOVEMBRE, 2, 1, 0, 2, 9, 9),
        ]
        total = lues.total()
        assert (total.recues, total.decidees, total.en_attente, total.mediane, total.centile_90) == (5, 3, 2, 4, 9)

    def test_un_gestionnaire_n_y_voit_que_ses_portefeuilles(self):
        ici = structure_a("35", "53")
        DemandeFactory(pour=[ici])
        DemandeFactory(pour=[structure_a("75")])
        DemandeFactory(profil=profil_avec_structures(application=ApplicationFactory(code="extranet", nom="Extranet")))
        lues = statistiques(gestionnaire(departements=[ici.departement]), nombre_de_mois=3)
        assert (lues.applications, lues.total().recues) == (["CAMSP / CMPP"], 1)

    def test_le_minuit_de_paris_fait_le_mois(self):
        DemandeFactory(soumise_le=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
        assert [un.recues for _, un in statistiques(gestionnaire(), nombre_de_mois=2).par_mois()] == [0, 1]

    @pytest.mark.parametrize("nombre", [1, 3])
    def test_le_nombre_de_requetes_ne_depend_de_rien(self, nombre, django_assert_num_queries):
        applications = [ApplicationFactory(code=f"application-{rang}", nom=f"A{rang}") for rang in range(nombre)]
        for application in applications:
            for mois in range(12 - nombre, 12):
                decidee(mois, 5, 2, profil=profil_avec_structures(application=application))
        personne = gestionnaire(applications=applications)
        with django_assert_num_queries(6):
            assert statistiques(personne, nombre_de_mois=12).total().acceptees == nombre * nombre


class TestPage:
    def test_graphiques_tableaux_et_filtres(self, client):
        extranet = ApplicationFactory(code="extranet", nom="Extranet")
        decidee(10, 6, 2)
        decidee(10, 6, 7, profil=profil_avec_structures(application=extranet))
        client.force_login(gestionnaire(applications=[extranet, ApplicationFactory()]))
        page = client.get("/gestion/statistiques/")
        html = page.content.decode()
        assert html.count("<svg role=") == 4
        assert "oct. 2026, acceptées : 2" in html
        assert [nom for nom, _ in page.context["par_application"]] == ["CAMSP / CMPP", "Extranet"]
        page = client.get("/gestion/statistiques/", {"application": extranet.pk, "mois": 3})
        assert [nom for nom, _ in page.context["par_application"]] == ["Extranet"]
        assert len(page.context["par_mois"]) == 3

    def test_une_application_qui_n_est_pas_sienne_ne_s_ouvre_pas(self, client):
        extranet = ApplicationFactory(code="extranet", nom="Extranet")
        decidee(10, 6, 7, profil=profil_avec_structures(application=extranet))
        client.force_login(gestionnaire())
        page = client.get("/gestion/statistiques/", {"application": extranet.pk, "mois": "mille"})
        assert page.status_code == 200
        assert page.context["par_application"] == []

    def test_le_classeur_dit_la_meme_chose_application_par_application(self, client):
        ApplicationFactory(nom="=CAMSP()")
        decidee(10, 6, 2)
        client.force_login(gestionnaire())
        reponse = client.get("/gestion/statistiques/", {"mois": 3, "format": "xlsx"})
        feuille = load_workbook(BytesIO(b"".join(reponse))).active
        lignes = list(feuille.values)
        assert lignes[0][:4] == ("Application", "Mois", "Reçues", "Décidées")
        assert lignes[2][0] == "=CAMSP()"
        assert feuille["A3"].data_type == "s"
        assert lignes[2][1:] == (datetime(2026, 10, 1), 1, 1, 1, 0, 0, 2, 2)  # noqa: DTZ001 — un tableur n'a pas de fuseau

    def test_sans_demande_la_page_le_dit(self, client):
        client.force_login(gestionnaire())
        assert "Aucune demande sur cette période" in client.get("/gestion/statistiques/").content.decode()


class TestDelaiAttendu:
    @pytest.mark.parametrize(
        ("delais", "phrase"),
        [
            ([0, 0, 3], "le jour même"),
            ([1, 1, 9], "en un jour ouvré"),
            ([2, 4, 9], "en 4 jours ouvrés"),
            ([2, 4], "Trop peu de demandes"),
        ],
    )
    def test_il_se_dit_quand_assez_de_demandes_ont_ete_decidees(self, settings, delais, phrase):
        settings.DELAI_ATTENDU_CAS_MIN = 3
        for delai in delais:
            application = decidee(11, 3, delai).profil.application
        assert phrase in str(delai_attendu(application))

    def test_seules_comptent_les_90_derniers_jours_et_l_application(self, settings):
        settings.DELAI_ATTENDU_CAS_MIN = 1
        application = decidee(11, 3, 2).profil.application
        decidee(8, 3, 50)
        decidee(11, 3, 50, profil=profil_avec_structures(application=ApplicationFactory(code="extranet")))
        assert delai_attendu(application).jours == 2

    def test_il_se_lit_avant_de_commencer_et_sur_la_demande(self, client, settings):
        settings.DELAI_ATTENDU_CAS_MIN = 1
        decidee(11, 3, 4)
        demande = DemandeFactory()
        client.force_login(demande.demandeur)
        for adresse in ["/demande/nouvelle/?application=camsp-cmpp", f"/mon-compte/demandes/{demande.pk}/"]:
            assert "leur réponse en 4 jours ouvrés" in client.get(adresse).content.decode()
