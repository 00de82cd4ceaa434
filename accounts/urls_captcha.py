"""Adresses du captcha, sans espace de noms : la bibliothèque les nomme ainsi. On les lit sans être connecté."""

from captcha import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from accounts.views.captcha import ecouter

urlpatterns = [
    path("image/<slug:key>/", login_not_required(views.captcha_image), {"scale": 1}, name="captcha-image"),
    path("image/<slug:key>@2/", login_not_required(views.captcha_image), {"scale": 2}, name="captcha-image-2x"),
    path("son/<slug:key>/", ecouter, name="captcha-audio"),
    path("refresh/", login_not_required(views.captcha_refresh), name="captcha-refresh"),
]
