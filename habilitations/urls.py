from django.urls import URLPattern

app_name = "habilitations"
urlpatterns: list[URLPattern] = []
