"""Les revues : ouvrir, répondre une à une ou en nombre, rappeler, clore."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courriels.models import Courriel
from habilitations import services
from habilitations.enums import EtatHabilitation, EtatRevue, IssueDeRevue, SansReponse
from habilitations.erreurs import DemandeImpossible
from habilitations.models import LigneDeRevue, Revue
from habilitations.tasks import revues as tournee
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    structure_a,
)

pytestmark = pytest.mark.django_db


def dans(jours):
    return timezone.localdate() + timedelta(days=jours)


def ouvrir(acteur, *, sans_reponse=SansReponse.RIEN, profil=None, jours=30, application=None):
    return services.ouvrir_revue(
        application=application or ApplicationFactory(),
        profil=profil,
        echeance_le=dans(jours),
        sans_reponse=sans_reponse,
        acteur=acteur,
    )


@pytest.fixture
def nationale(client):
    personne = gestionnaire()
    client.force_login(personne)
    return personne


class TestOuvrir:
    def test_chaque_droit_tenu_a_sa_ligne_et_les_gestionnaires_sont_avises(self, nationale):
        a_paris = structure_a("75")
        regionale, ailleurs = (
            gestionnaire(departements=[a_paris.departement]),
            gestionnaire(departements=[structure_a("35", region="53").departement]),
        )
        ici, la_bas = HabilitationFactory(structure=a_paris), HabilitationFactory()
        suspendue = HabilitationFactory(etat=EtatHabilitation.SUSPENDUE)
        HabilitationFactory(etat=EtatHabilitation.REVOQUEE)
        HabilitationFactory(profil=ProfilFactory(application=ApplicationFactory(code="extranet")))
        revue = ouvrir(nationale)
        assert {ligne.habilitation for ligne in revue.lignes.all()} == {ici, la_bas, suspendue}
        assert "3 habilitations" in Courriel.objects.get(destinataire=nationale.courriel).sujet
        assert "1 habilitation à" in Courriel.objects.get(destinataire=regionale.courriel).sujet
        assert not Courriel.objects.filter(destinataire=ailleurs.courriel).exists()

    def test_un_seul_profil_se_revoit_seul(self, nationale):
        droit = HabilitationFactory()
        HabilitationFactory(profil=ProfilFactory(code="autre", nom="Autre"))
        assert ouvrir(nationale, profil=droit.profil).lignes.get().habilitation == droit

    def test_le_refus_dit_pourquoi_et_ne_laisse_rien(self, nationale):
        with pytest.raises(DemandeImpossible, match="rien à revoir"):
            ouvrir(nationale)
        assert not Revue.objects.exists()
        HabilitationFactory()
        with pytest.raises(DemandeImpossible, match="échéance à venir"):
            ouvrir(nationale, jours=0)
        ouvrir(nationale)
        with pytest.raises(DemandeImpossible, match="déjà ouverte"):
            ouvrir(nationale)


class TestRepondre:
    def test_confirmer_ne_change_pas_le_droit(self, nationale):
        droit = HabilitationFactory()
        ligne = ouvrir(nationale).lignes.get()
        Courriel.objects.all().delete()
        services.confirmer_dans_la_revue(ligne=ligne, acteur=nationale)
        ligne.refresh_from_db()
        droit.refresh_from_db()
        assert (ligne.issue, ligne.par) == (IssueDeRevue.CONFIRMEE, nationale)
        assert droit.etat == EtatHabilitation.ACTIVE
        assert droit.confirmee_le
        assert not Courriel.objects.exists()

    def test_revoquer_ferme_le_droit_et_le_dit(self, nationale):
        droit = HabilitationFactory()
        ligne = ouvrir(nationale).lignes.get()
        services.revoquer_dans_la_revue(ligne=ligne, acteur=nationale, motif="Départ.")
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.REVOQUEE
        assert Courriel.objects.filter(destinataire=droit.titulaire.courriel).count() == 1

    @pytest.mark.parametrize("verbe", ["confirmer", "revoquer"])
    @pytest.mark.parametrize("issue", [issue for issue in IssueDeRevue if issue != IssueDeRevue.A_REVOIR])
    def test_une_ligne_ne_se_dit_qu_une_fois(self, nationale, verbe, issue):
        HabilitationFactory()
        ligne = ouvrir(nationale).lignes.get()
        LigneDeRevue.objects.update(issue=issue, le=timezone.now(), par=nationale)
        motif = {"motif": "Départ."} if verbe == "revoquer" else {}
        with pytest.raises(DemandeImpossible, match="Déjà revue"):
            getattr(services, f"{verbe}_dans_la_revue")(ligne=ligne, acteur=nationale, **motif)

    def test_une_revue_close_ne_change_plus(self, nationale):
        HabilitationFactory()
        revue = ouvrir(nationale)
        ligne = revue.lignes.get()
        services.clore_la_revue(revue=revue, acteur=nationale)
        with pytest.raises(DemandeImpossible, match="close"):
            services.confirmer_dans_la_revue(ligne=ligne, acteur=nationale)


class TestClore:
    @pytest.mark.parametrize(
        ("sans_reponse", "etat", "issue"),
        [
            (SansReponse.RIEN, EtatHabilitation.ACTIVE, IssueDeRevue.SANS_REPONSE),
            (SansReponse.EXPIRENT, EtatHabilitation.EXPIREE, IssueDeRevue.EXPIREE),
        ],
    )
    def test_les_sans_reponse_n_expirent_que_si_la_revue_l_a_dit(self, nationale, sans_reponse, etat, issue):
        droit = HabilitationFactory()
        revue = ouvrir(nationale, sans_reponse=sans_reponse)
        for _ in range(2):
            services.clore_la_revue(revue=revue, acteur=nationale)
        droit.refresh_from_db()
        assert droit.etat == etat
        assert revue.lignes.get().issue == issue
        attendus = 1 if sans_reponse == SansReponse.EXPIRENT else 0
        assert Courriel.objects.filter(destinataire=droit.titulaire.courriel).count() == attendus

    def test_une_habilitation_confirmee_n_expire_pas(self, nationale):
        droit = HabilitationFactory()
        revue = ouvrir(nationale, sans_reponse=SansReponse.EXPIRENT)
        services.confirmer_dans_la_revue(ligne=revue.lignes.get(), acteur=nationale)
        services.clore_la_revue(revue=revue, acteur=nationale)
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.ACTIVE

    def test_un_droit_fini_autrement_est_sans_objet(self, nationale):
        droit = HabilitationFactory()
        revue = ouvrir(nationale, sans_reponse=SansReponse.EXPIRENT)
        services.renoncer(habilitation=droit, acteur=droit.titulaire)
        services.clore_la_revue(revue=revue, acteur=nationale)
        assert revue.lignes.get().issue == IssueDeRevue.SANS_OBJET

    def test_la_tournee_clot_les_echues_et_finit_une_cloture_interrompue(self, nationale):
        HabilitationFactory.create_batch(2)
        revue = ouvrir(nationale)
        Revue.objects.update(echeance_le=dans(-1))
        assert tournee() == {"closes": 1, "rappels": 0}
        assert tournee() == {"closes": 0, "rappels": 0}
        revue.lignes.update(issue=IssueDeRevue.A_REVOIR, le=None)
        assert tournee() == {"closes": 1, "rappels": 0}
        revue.refresh_from_db()
        assert revue.etat == EtatRevue.CLOSE


class TestRappeler:
    @pytest.mark.parametrize(("jours", "rappels"), [(15, 0), (14, 1), (3, 1), (0, 1)])
    def test_chaque_seuil_rappelle_une_fois_a_qui_n_a_pas_fini(self, nationale, jours, rappels):
        HabilitationFactory()
        ouvrir(nationale)
        Revue.objects.update(echeance_le=dans(jours))
        assert tournee()["rappels"] == rappels
        assert tournee()["rappels"] == 0

    def test_qui_s_absente_laisse_ses_rappels_a_qui_le_supplee(self, nationale):
        suppleant = gestionnaire(applications=[])
        HabilitationFactory()
        ouvrir(nationale, jours=2)
        Courriel.objects.all().delete()
        services.declarer_absence(acteur=nationale, suppleant=suppleant, debut_le=dans(0), fin_le=dans(1))
        tournee()
        rappels = Courriel.objects.filter(modele="habilitations/courriels/revue_rappelee")
        assert list(rappels.values_list("destinataire", flat=True)) == [suppleant.courriel]

    def test_qui_a_fini_n_est_pas_derange(self, nationale):
        HabilitationFactory()
        revue = ouvrir(nationale, jours=2)
        services.confirmer_dans_la_revue(ligne=revue.lignes.get(), acteur=nationale)
        assert tournee()["rappels"] == 0


class TestPages:
    def test_ouvrir_depuis_la_page_puis_confirmer_en_nombre(self, client, nationale):
        droits = HabilitationFactory.create_batch(3)
        saisie = {
            "application": ApplicationFactory().pk,
            "echeance_le": dans(30).isoformat(),
            "sans_reponse": "rien",
        }
        page = client.post("/gestion/revues/nouvelle/", saisie, follow=True)
        assert "0 sur 3" in page.text
        revue = Revue.objects.get()
        lignes = [ligne.pk for ligne in revue.lignes.filter(habilitation__in=droits[:2])]
        decider = f"/gestion/revues/{revue.pk}/decider/"
        apercu = client.post(decider, {"geste": "confirmer", "ligne": lignes}).text
        assert "Confirmer 2 habilitations ?" in apercu
        assert revue.lignes.restantes().count() == 3
        fin = client.post(decider, {"geste": "confirmer", "ligne": lignes, "confirme": "oui"}, follow=True).text
        assert "2 habilitations confirmées." in fin
        assert "2 sur 3" in fin

    def test_revoquer_en_nombre_demande_un_motif(self, client, nationale):
        HabilitationFactory()
        revue = ouvrir(nationale)
        decider = f"/gestion/revues/{revue.pk}/decider/"
        saisie = {"geste": "revoquer", "ligne": [revue.lignes.get().pk], "confirme": "oui"}
        assert "Indiquez le motif" in client.post(decider, saisie).text
        fin = client.post(decider, saisie | {"motif": "Départ."}, follow=True).text
        assert "1 habilitation révoquée" in fin

    def test_sans_rien_cocher_la_page_le_dit(self, client, nationale):
        HabilitationFactory()
        revue = ouvrir(nationale)
        reponse = client.post(f"/gestion/revues/{revue.pk}/decider/", {"geste": "confirmer"}, follow=True)
        assert "Cochez au moins une habilitation" in reponse.text

    def test_les_lignes_d_un_autre_portefeuille_ne_se_voient_ni_ne_se_disent(self, client, nationale):
        a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
        ici, la_bas = HabilitationFactory(structure=a_paris), HabilitationFactory(structure=a_rennes)
        revue = ouvrir(nationale)
        regionale = gestionnaire(departements=[a_paris.departement])
        client.force_login(regionale)
        page = client.get(f"/gestion/revues/{revue.pk}/").text
        assert ici.titulaire.courriel in page
        assert la_bas.titulaire.courriel not in page
        autre = revue.lignes.get(habilitation=la_bas)
        client.post(
            f"/gestion/revues/{revue.pk}/decider/", {"geste": "confirmer", "ligne": [autre.pk], "confirme": "oui"}
        )
        autre.refresh_from_db()
        assert autre.issue == IssueDeRevue.A_REVOIR

    def test_une_gestionnaire_regionale_n_ouvre_ni_ne_clot(self, client, nationale):
        a_paris = structure_a("75")
        HabilitationFactory(structure=a_paris)
        revue = ouvrir(nationale)
        client.force_login(gestionnaire(departements=[a_paris.departement]))
        assert client.get("/gestion/revues/nouvelle/").status_code == 404
        assert client.post(f"/gestion/revues/{revue.pk}/clore/").status_code == 404
        assert "Ouvrir une revue" not in client.get("/gestion/revues/").text

    def test_une_revue_sans_rien_a_soi_n_existe_pas(self, client, nationale):
        HabilitationFactory(structure=structure_a("75"))
        revue = ouvrir(nationale)
        client.force_login(gestionnaire(departements=[structure_a("35", region="53").departement]))
        assert client.get(f"/gestion/revues/{revue.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("champs", "erreur"),
        [
            ({"echeance_le": "hier"}, "Saisissez une date"),
            ({"echeance_le": ""}, "Choisissez une échéance"),
            ({"echeance_le": dans(-3).isoformat()}, "Choisissez une échéance à venir"),
            ({"application": ""}, "Choisissez l'application"),
        ],
    )
    def test_une_saisie_fautive_dit_que_faire(self, client, nationale, champs, erreur):
        HabilitationFactory()
        saisie = {"application": ApplicationFactory().pk, "echeance_le": dans(9).isoformat(), "sans_reponse": "rien"}
        assert erreur in client.post("/gestion/revues/nouvelle/", saisie | champs).text.replace("&#x27;", "'")
        assert not Revue.objects.exists()

    def test_clore_demande_confirmation_puis_montre_le_compte_rendu(self, client, nationale):
        HabilitationFactory()
        revue = ouvrir(nationale, sans_reponse=SansReponse.EXPIRENT)
        assert "elles expirent" in client.get(f"/gestion/revues/{revue.pk}/clore/").text
        fin = client.post(f"/gestion/revues/{revue.pk}/clore/", follow=True).text
        assert "Échue, faute de réponse" in fin

    @pytest.mark.parametrize("format_", ["csv", "xlsx"])
    def test_le_compte_rendu_s_emporte(self, client, nationale, format_):
        HabilitationFactory()
        revue = ouvrir(nationale)
        reponse = client.get(f"/gestion/revues/{revue.pk}/?format={format_}")
        assert b"".join(reponse)
        assert f".{format_}" in reponse["Content-Disposition"]

    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(
        self, client, nationale, django_assert_num_queries
    ):
        HabilitationFactory()
        revue = ouvrir(nationale)
        adresse = f"/gestion/revues/{revue.pk}/"
        client.get(adresse)
        with CaptureQueriesContext(connection) as une:
            client.get(adresse)
        for _ in range(30):
            droit = HabilitationFactory(structure=structure_a("75"))
            LigneDeRevue.objects.create(revue=revue, habilitation=droit)
        with django_assert_num_queries(len(une)):
            client.get(adresse)

    def test_le_support_ouvre_et_clot_dans_l_administration(self, client):
        HabilitationFactory()
        client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
        saisie = {"application": ApplicationFactory().pk, "echeance_le": dans(30).isoformat(), "sans_reponse": "rien"}
        assert "Ouvrir la revue" in client.get("/admin/habilitations/revue/add/").text
        client.post("/admin/habilitations/revue/add/", saisie)
        revue = Revue.objects.get()
        client.post("/admin/habilitations/revue/", {"action": "clore", "_selected_action": [revue.pk]})
        revue.refresh_from_db()
        assert revue.etat == EtatRevue.CLOSE
