"""Du contrôlé au publié : rien ne passe sans l'antivirus, et tout reprend."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from courriels.models import Courriel
from depot import services
from depot.antivirus import Antivirus, AntivirusIndisponible, Constat, Issue, TuyauRompu, Version
from depot.enums import EtatDocument
from depot.erreurs import DepotImpossible, TransitionInterdite
from depot.models import Document
from depot.services import analyses
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.clamd import EICAR
from tests.depot import fabrique
from tests.depot.factories import DocumentFactory


def controle(contenu=b"%PDF", **champs):
    emplacement = default_storage.save(Document.nouvel_emplacement(EtatDocument.CONTROLE), ContentFile(contenu))
    return DocumentFactory(etat=EtatDocument.CONTROLE, fichier=emplacement, **champs)


def relu(document):
    document.refresh_from_db()
    return document


@pytest.fixture
def reponse(settings, monkeypatch):
    """Un antivirus qui répond ce que dit le test."""
    settings.CLAMAV_URL = "tcp://essai"

    def repondre(constat):
        def analyser(self, chemin):
            if isinstance(constat, Exception):
                raise constat
            return constat

        monkeypatch.setattr(Antivirus, "analyser_document", analyser)

    return repondre


@pytest.mark.django_db
def test_un_document_sain_est_publie_et_la_quarantaine_videe(antivirus, au_commit):
    contenu = fabrique.pdf()
    document = controle(contenu)
    quarantaine = document.emplacement

    with au_commit():
        assert services.analyser(numero=document.pk)

    assert relu(document).etat == EtatDocument.PUBLIE
    assert document.emplacement.startswith("publie/")
    assert document.analyse_le is not None
    with default_storage.open(document.emplacement) as fichier:
        assert fichier.read() == contenu
    assert not default_storage.exists(quarantaine)
    assert Evenement.objects.sur(document).get().action == "document.publie"
    assert not Courriel.objects.exists()


@pytest.mark.django_db
def test_un_document_infecte_reste_en_quarantaine_la_personne_est_prevenue_et_la_case_se_rouvre(antivirus):
    document = controle(fabrique.retouche(fabrique.classeur(), {"xl/media/a.bin": EICAR}), nature="quantitatif")

    services.analyser(numero=document.pk)

    assert relu(document).etat == EtatDocument.INFECTE
    assert document.emplacement.startswith("quarantaine/")
    assert "Eicar-Test-Signature" in document.constat
    assert not document.est_telechargeable
    assert not Document.objects.valables().exists()
    courriel = Courriel.objects.get()
    assert courriel.destinataire == document.deposant.courriel
    assert "L'antivirus a détecté un contenu dangereux. Le fichier n'a pas été transmis." in courriel.texte
    assert f"structure={document.structure_id}&nature=quantitatif" in courriel.texte


@pytest.mark.django_db
def test_ce_que_l_antivirus_n_a_pas_lu_va_en_examen(reponse):
    reponse(Constat(Issue.NON_ANALYSE, "trop grand"))
    document = controle()

    services.analyser(numero=document.pk)

    assert (relu(document).etat, document.constat) == (EtatDocument.EXAMEN_MANUEL, "trop grand")


@pytest.mark.django_db
def test_sans_reponse_le_document_attend_et_l_attente_s_allonge_sans_jamais_publier(reponse):
    reponse(AntivirusIndisponible("arrêté"))
    document, attentes = controle(), []
    for _ in range(8):
        assert services.analyser(numero=document.pk)
        assert relu(document).etat == EtatDocument.CONTROLE
        attentes.append(round((document.prochaine_analyse_le - timezone.now()).total_seconds() / 60))
        assert not services.analyser(numero=document.pk), "ce n'est pas encore son tour"
        Document.objects.update(prochaine_analyse_le=timezone.now())

    assert attentes == [1, 2, 5, 10, 10, 10, 10, 10]
    reponse(Constat(Issue.SAIN))
    assert services.analyser_en_attente() == 1
    assert relu(document).etat == EtatDocument.PUBLIE


@pytest.mark.django_db
def test_un_fichier_qui_fait_tomber_l_antivirus_a_chaque_fois_va_en_examen(reponse):
    reponse(TuyauRompu("raccroché"))
    document = controle()
    for _ in range(analyses.RUPTURES_MAX):
        services.analyser(numero=document.pk)
        Document.objects.update(prochaine_analyse_le=timezone.now())

    assert relu(document).etat == EtatDocument.EXAMEN_MANUEL


@pytest.mark.django_db
def test_une_panne_de_notre_fait_ne_publie_pas(reponse, caplog):
    reponse(RuntimeError("panne"))
    document = controle()

    services.analyser(numero=document.pk)

    assert relu(document).etat == EtatDocument.EXAMEN_MANUEL
    assert "panne" in caplog.text


@pytest.mark.django_db
def test_un_ouvrier_mort_laisse_un_bail_que_le_balayage_reprend(reponse):
    reponse(Constat(Issue.SAIN))
    tenu = DocumentFactory(etat=EtatDocument.EN_ANALYSE)
    abandonne = DocumentFactory(etat=EtatDocument.EN_ANALYSE, bail_jusqu_au=timezone.now() - timedelta(seconds=1))

    assert services.analyser_en_attente() == 1

    assert relu(tenu).etat == EtatDocument.EN_ANALYSE
    assert relu(abandonne).etat == EtatDocument.PUBLIE


@pytest.mark.django_db
def test_un_ouvrier_revenu_d_entre_les_morts_ne_conclut_pas_a_la_place_de_l_autre(reponse):
    reponse(Constat(Issue.INFECTE, "Virus"))
    document = DocumentFactory(etat=EtatDocument.EN_ANALYSE, bail_jusqu_au=timezone.now() - timedelta(seconds=1))
    mort = Document.objects.get()
    services.analyser(numero=document.pk)

    analyses._conclure(mort, Constat(Issue.SAIN))
    analyses._remettre(mort)

    assert relu(document).etat == EtatDocument.INFECTE


@pytest.mark.django_db
@pytest.mark.parametrize("etat", [etat for etat in EtatDocument if etat not in {"recu", "controle"}])
def test_rejouer_la_tache_ne_change_rien_a_un_document_qui_n_attend_pas(reponse, etat):
    reponse(Constat(Issue.SAIN))
    document = DocumentFactory(etat=etat)

    assert not services.analyser(numero=document.pk)
    assert relu(document).etat == etat
    assert not services.analyser(numero=0)


@pytest.mark.django_db
def test_en_demonstration_sans_antivirus_un_document_se_publie_et_le_dit():
    document = controle()

    services.analyser(numero=document.pk)

    assert relu(document).etat == EtatDocument.PUBLIE
    assert "n'a pas d'antivirus" in document.constat


@pytest.mark.django_db
def test_en_production_sans_antivirus_rien_ne_se_publie(settings):
    settings.DEMO = False
    document = controle()

    services.analyser(numero=document.pk)

    assert relu(document).etat == EtatDocument.CONTROLE


@pytest.mark.django_db
def test_un_depot_reveille_l_analyse_a_la_validation(au_commit, juge_favorable):
    from tests.depot.test_services import deposer

    with au_commit():
        document = deposer()

    assert relu(document).etat == EtatDocument.PUBLIE


@pytest.mark.django_db
def test_un_courtier_en_panne_ne_retient_ni_le_depot_ni_l_analyse_suivante(settings, monkeypatch, caplog):
    def panne(*_, **__):
        raise OSError("suspendu")

    monkeypatch.setattr(analyses.current_app, "send_task", panne)

    analyses._appeler_un_ouvrier(1)

    assert "prochaine tournée" in caplog.text


# --- Alarmes ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def version(settings, monkeypatch):
    settings.CLAMAV_URL = "tcp://essai"
    return lambda jours: monkeypatch.setattr(
        Antivirus,
        "version",
        lambda self: Version("ClamAV 1.4", None if jours is None else timezone.now() - timedelta(days=jours)),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("jours", "attendu"), [(1, None), (4, "leur mise à jour n'aboutit plus"), (None, "n'a jamais abouti")]
)
def test_des_signatures_anciennes_alertent_le_support(version, settings, jours, attendu):
    version(jours)

    services.surveiller()

    if attendu:
        courriel = Courriel.objects.get()
        assert courriel.destinataire == settings.COURRIEL_SUPPORT
        assert attendu in courriel.texte
    else:
        assert not Courriel.objects.exists()


@pytest.mark.django_db
def test_un_antivirus_arrete_et_des_documents_qui_attendent_se_disent(settings, caplog):
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    controle(depose_le=timezone.now() - timedelta(hours=2))

    attente, panne = services.surveiller()

    assert "1 document(s) attendent" in attente
    assert "ne répond pas" in panne
    assert len(caplog.records) == 2


# --- Examen ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_un_document_examine_se_publie_au_nom_de_qui_l_a_vu(au_commit):
    document, agent = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL), UtilisateurFactory()

    with au_commit():
        services.publier_apres_examen(document=document, acteur=agent)

    assert relu(document).est_telechargeable
    assert str(agent) in document.constat
    assert Evenement.objects.sur(document).get().acteur == agent


@pytest.mark.django_db
def test_un_document_que_le_juge_n_a_pas_reconnu_ne_se_publie_pas():
    document = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL, type="")

    with pytest.raises(DepotImpossible, match="n'est pas reconnu"):
        services.publier_apres_examen(document=document, acteur=UtilisateurFactory())


@pytest.mark.django_db
def test_un_refus_apres_examen_a_un_motif_que_la_personne_lit():
    document, agent = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL), UtilisateurFactory()

    with pytest.raises(DepotImpossible, match="Dites pourquoi"):
        services.refuser_apres_examen(document=document, motif="  ", acteur=agent)
    services.refuser_apres_examen(document=document, motif="Les pages sont illisibles.", acteur=agent)

    assert relu(document).etat == EtatDocument.REFUSE
    assert "Les pages sont illisibles." in Courriel.objects.get().texte
    with pytest.raises(TransitionInterdite):
        services.refuser_apres_examen(document=document, motif="encore", acteur=agent)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_deux_ouvriers_n_analysent_pas_le_meme_document(settings, monkeypatch):
    settings.CLAMAV_URL = "tcp://essai"
    vus, depart = [], Barrier(4)
    monkeypatch.setattr(Antivirus, "analyser_document", lambda self, chemin: vus.append(chemin) or Constat(Issue.SAIN))
    document = controle()

    def courir():
        depart.wait()
        services.analyser(numero=document.pk)
        connection.close()

    fils = [Thread(target=courir) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    assert len(vus) == 1
    assert relu(document).etat == EtatDocument.PUBLIE
