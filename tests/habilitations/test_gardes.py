"""La garde des applications."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from habilitations import services
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.gardes import acces_application
from habilitations.models import Habilitation
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    profil_sans_structure,
)

# Début d'adresse de chaque application servie ici : toute vue en dessous doit porter sa garde.
APPLICATIONS = {"camsp-cmpp/": "camsp-cmpp", "gestion/": "administration"}


@acces_application("camsp-cmpp")
def vue(request, acces):
    request.acces = acces
    return HttpResponse("ouverte")


def demander(personne, vue=vue):
    requete = RequestFactory().get("/camsp-cmpp/?annee=2026")
    requete.user = personne
    reponse = vue(requete)
    return reponse, getattr(requete, "acces", None)


def adresses(resolveur=None, debut=""):
    for motif in (resolveur or get_resolver()).url_patterns:
        chemin = f"{debut}{motif.pattern}"
        if isinstance(motif, URLResolver):
            yield from adresses(motif, chemin)
        elif isinstance(motif, URLPattern):
            yield chemin, motif.callback


# Chacun y vérifie un récépissé, sans compte : ces vues le disent par `@login_not_required`.
OUVERTES_A_TOUS = {"camsp-cmpp/verifier/", "camsp-cmpp/verifier/<str:reference>/"}


def test_aucune_vue_d_une_application_n_est_sans_garde():
    trouvees = [
        (chemin, code, getattr(vue, "application_gardee", None))
        for chemin, vue in adresses()
        for debut, code in APPLICATIONS.items()
        if chemin.startswith(debut) and chemin not in OUVERTES_A_TOUS
    ]
    assert {code for _, code, _ in trouvees} == set(APPLICATIONS.values())
    assert [(chemin, code) for chemin, code, garde in trouvees if garde != code] == []


@pytest.mark.django_db
class TestGarde:
    def test_sans_connexion_on_passe_par_la_page_de_connexion(self):
        reponse, _ = demander(AnonymousUser())
        assert reponse.status_code == 302
        assert reponse["Location"].endswith("?next=/camsp-cmpp/%3Fannee%3D2026")

    def test_une_habilitation_ouvre_la_vue_sur_ses_structures(self):
        droit = HabilitationFactory()
        HabilitationFactory()
        reponse, acces = demander(droit.titulaire)
        assert reponse.status_code == 200
        assert acces.profils == {"gestionnaire"}
        assert list(acces.structures) == [droit.structure]

    def test_les_structures_d_une_autre_application_ne_comptent_pas(self):
        droit = HabilitationFactory()
        ailleurs = ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet"))
        HabilitationFactory(titulaire=droit.titulaire, profil=ailleurs)
        _, acces = demander(droit.titulaire)
        assert list(acces.structures) == [droit.structure]

    def test_une_vue_reservee_a_un_profil_se_ferme_aux_autres(self):
        reservee = acces_application("camsp-cmpp", profils={"agent"})(lambda request, acces: HttpResponse())
        droit = HabilitationFactory()
        reponse, _ = demander(droit.titulaire, reservee)
        assert reponse.status_code == 403
        assert "Votre profil ne donne pas accès" in reponse.content.decode()
        HabilitationFactory(titulaire=droit.titulaire, profil=profil_sans_structure(), structure=None)
        assert demander(droit.titulaire, reservee)[0].status_code == 200

    def test_un_droit_sur_une_autre_application_n_ouvre_rien(self):
        ailleurs = ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet"))
        ApplicationFactory()
        reponse, _ = demander(HabilitationFactory(profil=ailleurs).titulaire)
        assert reponse.status_code == 403

    @pytest.mark.parametrize(
        ("etat", "phrase"),
        [
            (EtatDemande.BROUILLON, "pas encore envoyée"),
            (EtatDemande.EN_ATTENTE, "Votre demande est en attente"),
            (EtatDemande.REFUSEE, "Adresse inconnue."),
            (EtatDemande.ANNULEE, "pas encore demandé"),
        ],
    )
    def test_le_refus_dit_ou_en_est_la_demande(self, etat, phrase):
        reponse, _ = demander(DemandeFactory(etat=etat).demandeur)
        assert reponse.status_code == 403
        assert phrase in reponse.content.decode()

    def test_le_refus_dit_que_rien_n_a_ete_demande(self):
        ApplicationFactory()
        reponse, _ = demander(UtilisateurFactory())
        assert "pas encore demandé cette application" in reponse.content.decode()

    @pytest.mark.parametrize(
        ("etat", "phrase"),
        [(EtatHabilitation.REVOQUEE, "a été révoquée"), (EtatHabilitation.RENONCEE, "Vous avez renoncé")],
    )
    def test_le_refus_dit_comment_le_droit_a_pris_fin(self, etat, phrase):
        reponse, _ = demander(HabilitationFactory(etat=etat).titulaire)
        assert phrase in reponse.content.decode()

    def test_une_habilitation_vaut_jusqu_a_son_dernier_jour_compris(self):
        droit = HabilitationFactory(fin_le=timezone.localdate())
        assert demander(droit.titulaire)[0].status_code == 200
        Habilitation.objects.filter(pk=droit.pk).update(fin_le=timezone.localdate() - timedelta(days=1))
        reponse, _ = demander(droit.titulaire)
        assert "Votre habilitation est échue" in reponse.content.decode()

    def test_une_revocation_vaut_au_clic_suivant(self, client):
        personne = gestionnaire()
        client.force_login(personne)
        assert client.get("/gestion/demandes/").status_code == 200
        droit = Habilitation.objects.get(titulaire=personne)
        services.revoquer(habilitation=droit, acteur=UtilisateurFactory(), motif="Départ.")
        assert client.get("/gestion/demandes/").status_code == 403
