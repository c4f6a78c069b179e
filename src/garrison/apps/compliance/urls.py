"""Addresses of the compliance app."""

from django.urls import path

from garrison.apps.compliance.views import assessing, evidence, frameworks, home, requirements

app_name = "compliance"

urlpatterns = [
    path("", home.home, name="home"),
    path("load/", home.load_shipped, name="load_shipped"),
    path("measure/", home.measure, name="measure"),
    path("frameworks/", home.framework_list, name="list"),
    path("<uuid:uuid>/", frameworks.framework_detail, name="framework"),
    path("<uuid:uuid>/units/", frameworks.by_unit, name="by_unit"),
    path("<uuid:uuid>/gaps/", frameworks.gaps, name="gaps"),
    path("<uuid:uuid>/applicability/", frameworks.applicability, name="applicability"),
    path("<uuid:uuid>/versions/<uuid:other>/", frameworks.versions, name="versions"),
    path("<uuid:uuid>/versions/<uuid:other>/carry/", frameworks.carry_over, name="carry_over"),
    path("requirements/<uuid:uuid>/", requirements.requirement_detail, name="requirement"),
    path("requirements/<uuid:uuid>/map/", requirements.map_control, name="map_control"),
    path("requirements/<uuid:uuid>/applies/", requirements.set_applicability, name="set_applicability"),
    path("requirements/<uuid:uuid>/decide/", requirements.decide, name="decide"),
    path("requirements/<uuid:uuid>/evidence/", requirements.add_evidence, name="add_evidence"),
    path("requirements/<uuid:uuid>/ask/", requirements.request_evidence, name="request_evidence"),
    path("mappings/<uuid:uuid>/remove/", requirements.unmap, name="unmap"),
    path("evidence/", evidence.evidence_list, name="evidence"),
    path("evidence/<uuid:uuid>/", evidence.evidence_item, name="evidence_item"),
    path("evidence/<uuid:uuid>/file/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<uuid:uuid>/withdraw/", evidence.withdraw, name="withdraw"),
    path("requests/", evidence.request_list, name="requests"),
    path("requests/<uuid:uuid>/", evidence.request_detail, name="request"),
    path("requests/<uuid:uuid>/answer/", evidence.answer, name="answer"),
    path("requests/<uuid:uuid>/judge/", evidence.judge_answer, name="judge_answer"),
    path("reports/", evidence.report_list, name="reports"),
    path("reports/new/", evidence.report_new, name="report_new"),
    path("reports/<uuid:uuid>/", evidence.report_detail, name="report"),
    path("reports/<uuid:uuid>/match/<uuid:expected>/", evidence.match, name="match"),
    path("assessments/", assessing.assessment_list, name="assessments"),
    path("assessments/new/", assessing.assessment_new, name="assessment_new"),
    path("assessments/<uuid:uuid>/", assessing.assessment_detail, name="assessment"),
    path("assessments/<uuid:uuid>/sample/", assessing.draw_sample, name="draw_sample"),
    path("assessments/<uuid:uuid>/items/<uuid:item>/", assessing.record_item, name="record_item"),
    path("assessments/<uuid:uuid>/test/", assessing.assess, name="assess"),
    path("assessments/<uuid:uuid>/found/", assessing.find_deficiency, name="find_deficiency"),
    path("assessments/<uuid:uuid>/found/<uuid:deficiency>/judge/", assessing.judge, name="judge"),
    path("assessments/<uuid:uuid>/found/<uuid:deficiency>/remedy/", assessing.plan_remedy, name="plan_remedy"),
    path("assessments/<uuid:uuid>/found/<uuid:deficiency>/repaired/", assessing.repair, name="repair"),
    path("assessments/<uuid:uuid>/roll/", assessing.roll_forward, name="roll_forward"),
    path("assessments/<uuid:uuid>/sign/", assessing.sign, name="sign"),
    path("assessments/<uuid:uuid>/ask/", assessing.ask, name="ask"),
]
