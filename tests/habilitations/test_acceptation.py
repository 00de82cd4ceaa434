"""L'acceptation automatique : éteinte, elle ne fait rien ; allumée, chaque condition compte."""

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.utils import timezone

from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation, EtatVerification
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, Habilitation, RegleAcceptation, Verification
from habilitations.services import accepter, confirmer_acceptation, revoquer_acceptation, soumettre
from journal.models import Evenement
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    gestionnaire,
    profil_avec_structures,
    profil_de_gestion,
    profil_sans_structure,
)
from tests.habilitations.test_concurrence import ensemble
from tests.habilitations.test_portefeuilles import absence
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
EXPLICATION = "Acceptée automatiquement : même domaine de courriel que 3 personnes habilitées."


def regle(**champs):
    creee = RegleAcceptation.objects.create(
        **{"nom": "CAMSP et CMPP", "active": True, "collegues_min": 3, "taux_de_verification": 0} | champs
    )
    creee.applications.add(ApplicationFactory())
    return creee


def collegues(structure, nombre=3, domaine="centre.example", **champs):
    for rang in range(nombre):
        personne = UtilisateurFactory(courriel=f"p{structure.pk}-{rang}@{domaine}")
        HabilitationFactory(titulaire=personne, structure=structure, **champs)


def arrive(structures=None, courriel="nouvelle@centre.example", **champs):
    if structures is None:
        structures = [StructureFactory()]
        collegues(structures[0])
    demandeur = champs.pop("demandeur", None) or UtilisateurFactory(courriel=courriel)
    demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=demandeur, pour=structures, **champs)
    return soumettre(demande=demande, acteur=demandeur)


class TestRegle:
    def test_une_demande_qui_remplit_tout_est_acceptee_aussitot_et_le_dit(self):
        sienne, chargee = regle(), gestionnaire()
        demande = arrive()
        assert (demande.etat, demande.decideur, demande.regle) == (EtatDemande.ACCEPTEE, None, sienne)
        assert demande.motif == EXPLICATION
        assert Habilitation.objects.actives().filter(titulaire=demande.demandeur).count() == 1
        courriel = Courriel.objects.get(destinataire=demande.demandeur.courriel)
        assert EXPLICATION in courriel.texte
        assert not Courriel.objects.filter(destinataire=chargee.courriel).exists()
        evenement = Evenement.objects.sur(demande).get(action="demande.acceptee")
        assert (evenement.acteur_nom, evenement.apres["regle"]) == ("système", "CAMSP et CMPP")

    def test_eteinte_elle_n_accepte_rien(self):
        RegleAcceptation.objects.all().delete()
        assert RegleAcceptation(nom="neuve").active is False
        regle(active=False)
        assert arrive().etat == EtatDemande.EN_ATTENTE

    def test_un_profil_que_la_regle_ne_nomme_pas_attend_une_personne(self):
        regle().applications.set([ApplicationFactory(code="extranet")])
        assert arrive().etat == EtatDemande.EN_ATTENTE

    def test_il_faut_assez_de_collegues_dans_chaque_structure(self):
        regle()
        une, deux = StructureFactory(), StructureFactory()
        collegues(une)
        collegues(deux, 2)
        assert arrive([une, deux]).etat == EtatDemande.EN_ATTENTE
        assert arrive([une], courriel="seconde@centre.example").etat == EtatDemande.ACCEPTEE

    @pytest.mark.parametrize(
        "domaine", ["ailleurs.example", "sous.centre.example", "faux-centre.example", "centre.example.org"]
    )
    def test_le_domaine_est_exactement_le_meme(self, domaine):
        regle()
        structure = StructureFactory()
        collegues(structure, domaine=domaine)
        assert arrive([structure]).etat == EtatDemande.EN_ATTENTE

    def test_une_messagerie_ouverte_a_tous_ne_prouve_rien(self):
        regle()
        structure = StructureFactory()
        collegues(structure, domaine="orange.fr")
        assert arrive([structure], courriel="moi@orange.fr").etat == EtatDemande.EN_ATTENTE

    def test_qui_a_deja_ete_refuse_attend_une_personne(self):
        regle()
        refusee = DemandeFactory(etat=EtatDemande.REFUSEE, demandeur=UtilisateurFactory(courriel="x@centre.example"))
        assert arrive(demandeur=refusee.demandeur).etat == EtatDemande.EN_ATTENTE

    def test_qui_a_deja_ete_revoque_attend_une_personne(self):
        regle()
        droit = HabilitationFactory(
            titulaire=UtilisateurFactory(courriel="x@centre.example"), etat=EtatHabilitation.REVOQUEE
        )
        assert arrive(demandeur=droit.titulaire).etat == EtatDemande.EN_ATTENTE

    def test_un_droit_clos_ne_fait_pas_un_collegue(self):
        regle()
        structure = StructureFactory()
        collegues(structure, etat=EtatHabilitation.REVOQUEE)
        assert arrive([structure]).etat == EtatDemande.EN_ATTENTE

    def test_d_une_acceptation_automatique_n_en_nait_pas_une_autre(self):
        sienne, structure = regle(), StructureFactory()
        collegues(structure, 2)
        ouverte = arrive([structure], courriel="un@centre.example")
        assert ouverte.etat == EtatDemande.EN_ATTENTE
        RegleAcceptation.objects.update(collegues_min=2)
        assert arrive([structure], courriel="deux@centre.example").regle == sienne
        RegleAcceptation.objects.update(collegues_min=3)
        assert arrive([structure], courriel="trois@centre.example").etat == EtatDemande.EN_ATTENTE

    def test_une_seule_collegue_se_dit_au_singulier(self):
        regle(collegues_min=1)
        structure = StructureFactory()
        collegues(structure, 1)
        assert "courriel qu'une personne habilitée." in arrive([structure], courriel="une@centre.example").motif

    def test_une_structure_fermee_n_est_jamais_acceptee(self):
        regle()
        structure = StructureFactory()
        collegues(structure)
        demande = DemandeFactory(
            etat=EtatDemande.BROUILLON, demandeur=UtilisateurFactory(courriel="n@centre.example"), pour=[structure]
        )
        structure.etat = EtatStructure.FERME
        structure.save()
        with pytest.raises(DemandeImpossible):
            soumettre(demande=demande, acteur=demande.demandeur)

    def test_une_regle_ne_fait_pas_de_gestionnaires_et_n_accepte_rien_sans_structure(self):
        sienne = regle(collegues_min=1)
        sienne.profils.add(profil_de_gestion(), profil_sans_structure())
        for profil in sienne.profils.all():
            assert arrive([], profil=profil, courriel=f"{profil.pk}@centre.example").etat == EtatDemande.EN_ATTENTE


class TestBase:
    def test_sans_decideur_il_faut_une_regle_et_jamais_les_deux(self):
        sienne, personne = regle(), UtilisateurFactory()
        for champs in [
            {"etat": EtatDemande.ACCEPTEE, "decideur": None, "regle": None},
            {"etat": EtatDemande.ACCEPTEE, "decideur": personne, "regle": sienne},
            {"etat": EtatDemande.REFUSEE, "decideur": None, "regle": sienne, "motif": "Non."},
            {"etat": EtatDemande.EN_ATTENTE, "decideur": None, "regle": sienne},
        ]:
            demande = DemandeFactory()
            decidee = timezone.now() if champs["etat"] != EtatDemande.EN_ATTENTE else None
            with pytest.raises(IntegrityError), transaction.atomic():
                Demande.objects.filter(pk=demande.pk).update(decidee_le=decidee, **champs)

    def test_une_regle_demande_au_moins_un_collegue(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegleAcceptation.objects.create(nom="Tout le monde", collegues_min=0)


class TestVerification:
    @pytest.fixture
    def tiree(self):
        regle(taux_de_verification=100)
        return arrive()

    def test_le_tirage_suit_le_taux(self, tiree):
        assert tiree.verification.etat == EtatVerification.A_VERIFIER
        RegleAcceptation.objects.update(taux_de_verification=0)
        autre = arrive(courriel="autre@centre.example")
        assert autre.etat == EtatDemande.ACCEPTEE
        assert not Verification.objects.filter(demande=autre).exists()

    def test_une_personne_la_recoit_et_la_confirme(self, client):
        chargee = gestionnaire()
        regle(taux_de_verification=100)
        demande = arrive()
        courriel = Courriel.objects.get(destinataire=chargee.courriel)
        assert f"/gestion/verifications/{demande.pk}/" in courriel.texte
        client.force_login(chargee)
        assert 'À vérifier <span class="compte">1</span>' in client.get("/gestion/demandes/").content.decode()
        assert demande.demandeur.get_full_name() in client.get("/gestion/verifications/").content.decode()
        assert EXPLICATION in client.get(f"/gestion/verifications/{demande.pk}/").content.decode()
        assert "est à vérifier" in client.get(f"/gestion/demandes/{demande.pk}/").content.decode()
        client.post(f"/gestion/verifications/{demande.pk}/confirmer/")
        demande.verification.refresh_from_db()
        assert (demande.verification.etat, demande.verification.par) == (EtatVerification.CONFIRMEE, chargee)
        assert Habilitation.objects.actives().filter(demande=demande).exists()
        assert client.get(f"/gestion/verifications/{demande.pk}/").status_code == 404

    def test_la_file_a_un_onglet_pour_elle_et_seulement_s_il_y_en_a(self, client):
        client.force_login(gestionnaire())
        assert "À vérifier" not in client.get("/gestion/demandes/").content.decode()
        assert client.get("/gestion/demandes/?etat=a_verifier").context["lignes"] == []
        regle(taux_de_verification=100)
        tiree = arrive()
        caches["template_fragments"].clear()
        page = client.get("/gestion/demandes/?etat=en_attente")
        assert ("a_verifier", "À vérifier", 1) in page.context["onglets"]
        page = client.get("/gestion/demandes/?etat=a_verifier&tri=decisions")
        assert [ligne.numero for ligne, _ in page.context["lignes"]] == [tiree.pk]

    def test_la_revoquer_ferme_l_acces_et_le_dit(self, client, tiree):
        client.force_login(gestionnaire())
        adresse = f"/gestion/verifications/{tiree.pk}/revoquer/"
        assert "Indiquez le motif" in client.post(adresse).content.decode()
        client.post(adresse, {"motif": "Vous avez quitté le centre."})
        assert not Habilitation.objects.actives().filter(demande=tiree).exists()
        assert Courriel.objects.filter(
            destinataire=tiree.demandeur.courriel, modele="habilitations/courriels/habilitation_revoquee"
        ).exists()
        assert Evenement.objects.sur(tiree).filter(action="demande.verification_revoquee").exists()

    def test_elle_ne_se_fait_qu_une_fois(self, tiree):
        personne = gestionnaire()
        confirmer_acceptation(demande=tiree, acteur=personne)
        with pytest.raises(TransitionInterdite, match="déjà été vérifiée"):
            revoquer_acceptation(demande=tiree, acteur=personne, motif="Non.")
        assert Habilitation.objects.actives().filter(demande=tiree).exists()

    def test_une_autre_gestionnaire_n_y_accede_pas(self, client, tiree):
        client.force_login(gestionnaire(applications=[ApplicationFactory(code="extranet")]))
        for page in ("", "confirmer/", "revoquer/"):
            reponse = client.post if page else client.get
            assert reponse(f"/gestion/verifications/{tiree.pk}/{page}").status_code == 404


class TestAdministration:
    def test_une_regle_ne_nomme_pas_l_administration_et_nomme_quelque_chose(self, client):
        client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
        saisie = {"nom": "R", "collegues_min": 3, "taux_de_verification": 10}
        adresse = "/admin/habilitations/regleacceptation/add/"
        assert "au moins une application" in client.post(adresse, saisie).content.decode()
        administration = profil_de_gestion()
        reponse = client.post(adresse, saisie | {"profils": [administration.pk]})
        assert "ne fait pas de gestionnaires" in reponse.content.decode()
        client.post(adresse, saisie | {"profils": [profil_avec_structures().pk]})
        assert Evenement.objects.filter(action="regleacceptation.ajout").exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_deux_verifications_a_la_fois_n_en_font_qu_une():
    regle(taux_de_verification=100)
    demande, deux = arrive(), [gestionnaire(), gestionnaire()]
    resultats = ensemble(
        lambda: confirmer_acceptation(demande=demande, acteur=deux[0]),
        lambda: revoquer_acceptation(demande=demande, acteur=deux[1], motif="Non."),
    )
    assert sum(isinstance(resultat, TransitionInterdite) for resultat in resultats) == 1
    demande.verification.refresh_from_db()
    revoquee = demande.verification.etat == EtatVerification.REVOQUEE
    assert Habilitation.objects.actives().filter(demande=demande).exists() != revoquee


def test_une_decision_par_suppleance_le_dit_au_journal():

    absent, suppleant = gestionnaire(), gestionnaire(applications=[])
    absence(absent, suppleant)
    demande = accepter(demande=DemandeFactory(), acteur=suppleant)
    evenement = Evenement.objects.sur(demande).get(action="demande.acceptee")
    assert evenement.apres["en_suppleance_de"] == str(absent)
