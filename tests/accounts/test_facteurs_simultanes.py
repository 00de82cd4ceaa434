"""Le même code rendu au même instant de deux endroits : sur PostgreSQL, avec de vrais fils."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts import services
from accounts.enums import GenreFacteur
from accounts.erreurs import CodeRefuse
from accounts.queries import moyens_de_verification
from tests.accounts.facteurs import application, canal, code_de, code_recu
from tests.accounts.factories import UtilisateurFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
FOIS = 5


def rendre_ensemble(personne, facteur, code, fils=4):
    """Combien des `fils` ont vu leur code accepté."""
    depart = Barrier(fils)

    def rendre(_):
        depart.wait(timeout=10)
        try:
            services.verifier_facteur(acteur=personne, facteur=facteur, code=code, sceau="sceau")
        except CodeRefuse:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(fils) as ouvriers:
        return sum(ouvriers.map(rendre, range(fils)))


def code_pour(personne, genre):
    appareil, courriel = application(personne), canal(personne)
    if genre == GenreFacteur.APPLICATION:
        return code_de(appareil)
    if genre == GenreFacteur.SECOURS:
        return services.creer_codes_de_secours(acteur=personne)[0]
    services.envoyer_code(acteur=personne, facteur=courriel, sceau="sceau")
    return code_recu()


@pytest.mark.parametrize("genre", [GenreFacteur.APPLICATION, GenreFacteur.COURRIEL, GenreFacteur.SECOURS])
def test_un_code_rendu_de_partout_ne_sert_qu_une_fois(genre):
    for _ in range(FOIS):
        personne = UtilisateurFactory()
        code = code_pour(personne, genre)
        moyen = next(un for un in moyens_de_verification(personne) if un.genre == genre)
        assert rendre_ensemble(personne, moyen, code) == 1
