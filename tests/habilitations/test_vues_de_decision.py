"""La page où l'on décide : textes prêts, courriel vu d'avance, question, notes, décision annulée."""

import pytest

from courriels.enums import EtatCourriel
from courriels.models import Courriel
from habilitations import services
from habilitations.enums import Decision, EtatDemande
from habilitations.models import Habilitation, ModeleMotif, NotePrivee
from tests.accounts.factories import UtilisateurFactory
from tests.conftest import ClientFort
from tests.habilitations.factories import ApplicationFactory, DemandeFactory, gestionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def decideuse():
    return gestionnaire()


@pytest.fixture
def client(client, decideuse):
    client.force_login(decideuse)
    return client


@pytest.fixture
def demande():
    return DemandeFactory()


@pytest.fixture
def modele():
    return ModeleMotif.objects.create(
        decision=Decision.REFUSER, nom="Adresse", texte="Bonjour {prenom}, {structures} ne vous connaît pas."
    )


def page(demande, suite=""):
    return f"/gestion/demandes/{demande.pk}/{suite}"


class TestComplement:
    def test_poser_une_question_mene_a_la_demande_suivante(self, client, demande):
        autre = DemandeFactory()
        reponse = client.post(page(demande, "completer/"), {"motif": "Quel est votre rôle ?"})
        assert reponse.url == page(autre)
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.A_COMPLETER

    def test_sans_question_la_page_revient_avec_une_phrase(self, client, demande):
        assert "Écrivez ce qu&#x27;il faut compléter" in client.post(page(demande, "completer/")).text

    def test_la_page_d_une_demande_a_completer_n_offre_que_de_retirer_la_question(self, client):
        demande = DemandeFactory(etat=EtatDemande.A_COMPLETER)
        texte = client.get(page(demande)).text
        assert "Quel est votre lien" in texte
        assert "Accepter la demande" not in texte
        reponse = client.post(page(demande, "retirer-la-question/"), follow=True)
        assert "La question est retirée" in reponse.text
        assert "Accepter la demande" in reponse.text

    def test_retirer_deux_fois_le_dit(self, client, demande):
        reponse = client.post(page(demande, "retirer-la-question/"), follow=True)
        assert "n&#x27;attend plus de réponse" in reponse.text

    @pytest.mark.parametrize("geste", ["accepter/", "refuser/", "completer/"])
    def test_decider_contre_une_question_ouverte_repond_une_phrase(self, client, geste):
        demande = DemandeFactory(etat=EtatDemande.A_COMPLETER)
        reponse = client.post(page(demande, geste), {"motif": "Non."})
        assert reponse.status_code == 409
        assert "retirez la question, avant de décider" in reponse.text

    def test_la_reponse_se_lit_sur_la_page(self, client):
        demande = DemandeFactory(etat=EtatDemande.A_COMPLETER)
        services.repondre(demande=demande, acteur=demande.demandeur, reponse="Je suis la directrice.")
        texte = client.get(page(demande)).text
        assert "Je suis la directrice." in texte
        assert "Complément apporté" in texte


class TestModeles:
    def test_choisir_un_modele_remplit_le_texte(self, client, demande, modele):
        reponse = client.post(page(demande, "modele/refuser/"), {"modele": modele.pk, "motif": ""})
        attendu = f"Bonjour {demande.demandeur.prenom}, {demande.structures.get().nom} ne vous connaît pas."
        assert attendu in reponse.text
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.EN_ATTENTE

    def test_par_htmx_seul_le_bloc_revient(self, client, demande, modele):
        envoi = {"modele": modele.pk, "motif": ""}
        texte = client.post(page(demande, "modele/refuser/"), envoi, headers={"HX-Request": "true"}).text
        assert texte.strip().startswith('<div id="bloc-refuser">')
        assert "ne vous connaît pas" in texte

    def test_ce_qui_etait_ecrit_n_est_pas_perdu(self, client, demande, modele):
        envoi = {"modele": modele.pk, "motif": "Vu au téléphone."}
        reponse = client.post(page(demande, "modele/refuser/"), envoi)
        assert "Vu au téléphone.\n\nBonjour" in reponse.text

    def test_un_autre_modele_remplace_le_premier(self, client, demande, modele):
        autre = ModeleMotif.objects.create(decision=Decision.REFUSER, nom="Autre", texte="Autre raison, {prenom}.")
        ecrit = f"Autre raison, {demande.demandeur.prenom}."
        reponse = client.post(page(demande, "modele/refuser/"), {"modele": modele.pk, "motif": ecrit})
        assert ecrit not in reponse.text
        assert "Bonjour" in reponse.text
        assert autre.nom in reponse.text

    def test_les_modeles_d_une_autre_application_ou_decision_ne_se_proposent_pas(self, client, demande, modele):
        extranet = ApplicationFactory(code="extranet", nom="Extranet")
        ModeleMotif.objects.create(decision=Decision.REFUSER, nom="Pour l'extranet", texte="x", application=extranet)
        ModeleMotif.objects.create(
            decision=Decision.REFUSER, nom="Pour le dépôt", texte="x", application=demande.profil.application
        )
        texte = client.get(page(demande)).text
        assert "Pour le dépôt" in texte
        assert "Pour l&#x27;extranet" not in texte
        reponse = client.post(page(demande, "modele/accepter/"), {"modele": modele.pk, "motif": "Bienvenue"})
        assert "Bienvenue" in reponse.text
        assert "ne vous connaît pas" not in reponse.text

    @pytest.mark.parametrize("vue", ["modele", "apercu"])
    def test_une_decision_inventee_n_existe_pas(self, client, demande, vue):
        assert client.post(page(demande, f"{vue}/effacer/")).status_code == 404


class TestApercu:
    @pytest.mark.parametrize(
        ("decision", "sujet"), [("accepter", "acceptée"), ("refuser", "refusée"), ("completer", "à compléter")]
    )
    def test_le_courriel_se_voit_avant_de_decider(self, client, demande, decision, sujet):
        reponse = client.post(page(demande, f"apercu/{decision}/"), {"motif": "Mots à elle."})
        assert f"Votre demande d&#x27;habilitation est {sujet}" in reponse.text
        assert "Mots à elle." in reponse.text
        assert not Courriel.objects.exists()
        demande.refresh_from_db()
        assert (demande.etat, demande.motif) == (EtatDemande.EN_ATTENTE, "")

    def test_le_courriel_vu_est_celui_qui_part(self, client, demande):
        client.post(page(demande, "refuser/"), {"motif": "Mots à elle."})
        parti = Courriel.objects.get()
        autre = DemandeFactory(demandeur=demande.demandeur, pour=demande.structures.all())
        vu = client.post(page(autre, "apercu/refuser/"), {"motif": "Mots à elle."})
        assert parti.sujet.replace("'", "&#x27;") in vu.text
        assert parti.texte.split("\n")[0].replace("'", "&#x27;") in vu.text

    def test_sans_motif_la_page_revient_ou_le_dit_sur_place(self, client, demande):
        assert "Indiquez le motif" in client.post(page(demande, "apercu/refuser/")).text
        fond = client.post(page(demande, "apercu/refuser/"), headers={"HX-Request": "true"}).text
        assert "Indiquez le motif" in fond
        assert "<html" not in fond

    def test_modifier_le_texte_revient_a_la_page_sans_rien_perdre(self, client, demande):
        reponse = client.post(page(demande, "modele/refuser/"), {"motif": "Mots à elle."})
        assert "Mots à elle." in reponse.text


class TestAnnuler:
    @pytest.fixture(autouse=True)
    def annulable(self, settings):
        settings.DECISION_ANNULABLE_SECONDES = 20

    def test_la_decision_prise_s_annule_depuis_la_page_suivante(self, client, demande):
        DemandeFactory()
        suivante = client.post(page(demande, "accepter/"), follow=True)
        assert page(demande, "annuler/") in suivante.text
        reponse = client.post(page(demande, "annuler/"), follow=True)
        assert "Votre décision est annulée" in reponse.text
        assert "Accepter la demande" in reponse.text
        assert not Habilitation.objects.actives().filter(titulaire=demande.demandeur).exists()
        assert Courriel.objects.get().etat == EtatCourriel.ANNULE

    def test_trop_tard_le_dit(self, client, demande, settings):
        settings.DECISION_ANNULABLE_SECONDES = 0
        client.post(page(demande, "accepter/"))
        reponse = client.post(page(demande, "annuler/"), follow=True)
        assert "Le courriel de cette décision est parti" in reponse.text
        assert "Annuler ma décision" not in reponse.text

    def test_une_autre_gestionnaire_ne_l_annule_pas_et_ne_se_le_voit_pas_offrir(self, client, demande):
        client.post(page(demande, "accepter/"))
        autre = ClientFort()
        autre.force_login(gestionnaire())
        assert "Annuler ma décision" not in autre.get(page(demande)).text
        assert "Seule la personne qui a décidé" in autre.post(page(demande, "annuler/"), follow=True).text

    def test_le_bandeau_se_relit_seul_et_s_efface(self, client, demande):
        client.post(page(demande, "accepter/"))
        assert "Annuler ma décision" in client.get("/gestion/decisions-annulables/").text
        assert "Annuler ma décision" in client.get("/gestion/demandes/?etat=toutes").text
        client.post(page(demande, "annuler/"))
        assert client.get("/gestion/decisions-annulables/").text.strip() == ""


class TestNotes:
    def test_une_note_se_lit_entre_gestionnaires(self, client, demande, decideuse):
        client.post(page(demande, "notes/"), {"texte": "À rappeler demain."})
        autre = ClientFort()
        autre.force_login(gestionnaire())
        texte = autre.get(page(demande)).text
        assert "À rappeler demain." in texte
        assert str(decideuse) in texte
        assert "Supprimer<" not in texte

    def test_une_note_vide_se_corrige_sur_place(self, client, demande):
        assert "Écrivez la note" in client.post(page(demande, "notes/"), {"texte": " "}).text

    def test_qui_l_a_ecrite_la_supprime_et_elle_seule(self, client, demande, decideuse):
        sienne = services.ecrire_note(demande=demande, acteur=decideuse, texte="Mienne.")
        autre = services.ecrire_note(demande=demande, acteur=UtilisateurFactory(), texte="Autre.")
        assert client.post(page(demande, f"notes/{autre.pk}/supprimer/")).status_code == 404
        assert client.post(page(demande, f"notes/{sienne.pk}/supprimer/")).url == page(demande)
        assert NotePrivee.objects.get() == autre


class TestPreuves:
    def test_un_courriel_revenu_se_voit(self, client, demande):
        lettre = {"destinataire": demande.demandeur.courriel, "modele": "x", "sujet": "x", "texte": "x", "html": "x"}
        Courriel.objects.create(**lettre, etat=EtatCourriel.EN_ECHEC)
        assert "n'a pas pu être remis" in client.get(page(demande)).text

    def test_les_autres_demandes_de_la_personne_se_voient(self, client, demande):
        DemandeFactory(demandeur=demande.demandeur, etat=EtatDemande.ACCEPTEE)
        DemandeFactory(demandeur=demande.demandeur, etat=EtatDemande.BROUILLON)
        texte = client.get(page(demande)).text
        assert "Ses autres demandes" in texte
        assert "brouillon" not in texte.lower()

    def test_une_habilitation_revoquee_est_dans_le_suivi(self, client, demande, decideuse):
        services.accepter(demande=demande, acteur=decideuse)
        droit = Habilitation.objects.get(demande=demande)
        services.revoquer(habilitation=droit, acteur=decideuse, motif="Départ de la structure.")
        texte = client.get(page(demande)).text
        assert "Habilitation révoquée" in texte
        assert "Départ de la structure." in texte


@pytest.mark.parametrize(
    "suite",
    ["completer/", "modele/refuser/", "apercu/refuser/", "annuler/", "retirer-la-question/", "notes/"],
)
def test_la_demande_d_un_autre_portefeuille_n_existe_pas(client, suite):
    ailleurs = gestionnaire(applications=[ApplicationFactory(code="extranet", nom="Extranet")])
    demande = DemandeFactory()
    client.force_login(ailleurs)
    assert client.post(page(demande, suite), {"motif": "x", "texte": "x"}).status_code == 404
