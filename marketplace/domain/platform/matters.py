"""Matters that people come to settle (一站式办事): for whom, on what conditions, with which papers, how and how fast.

Time limits are settings and only named here. Sources: 促进科技成果转化法 (2015) 第十八条, 保守国家秘密法,
GB 32100-2015, and the rules of the site itself (docs/domain.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.text import N_


@dataclass(frozen=True)
class Paper:
    """A material: name, in how many copies and form, whether it is sealed, and what to watch."""

    name: str
    copies: str
    seal: str
    note: str = ""


@dataclass(frozen=True)
class Matter:
    """One matter. ``limit`` is the key of a setting or '' where nothing is reviewed; ``endpoint`` does it online."""

    slug: str
    title: str
    lead: str
    who: str
    conditions: tuple[str, ...]
    papers: tuple[Paper, ...]
    steps: tuple[str, ...]
    limit: str
    basis: tuple[str, ...]
    endpoint: str
    action: str
    values: Mapping[str, str]
    results: tuple[str, ...]


_ONLINE = N_("在线填写，无须递交纸质件")
_SCAN = N_("1 份，清晰的扫描件或照片")
_NO_SEAL = N_("不需要")

MATTERS = (
    Matter(
        "join",
        N_("单位入驻与认证"),
        N_("认证后可以提交成果和需求、看到只对认证单位公开的内容、联系对方。"),
        N_("依法设立、具有统一社会信用代码的高校院所、企业、科技服务机构"),
        (
            N_("单位处于存续状态"),
            N_("同一统一社会信用代码的单位尚未入驻；已经入驻的，请联系本单位负责人邀请您加入"),
        ),
        (
            Paper(N_("营业执照或法人证书"), _SCAN, _NO_SEAL, N_("须在有效期内，四角完整、文字可辨")),
            Paper(N_("单位基本信息"), _ONLINE, _NO_SEAL, N_("名称、住所、法定代表人须与证照一致")),
        ),
        (
            N_("填统一社会信用代码，当即得知单位是否已经入驻"),
            N_("填单位资料，上传证照，阅读用户协议和隐私说明"),
            N_("提交，等管理部门核验"),
            N_("结果发到您的邮箱和通知；退回的会写明原因，补正后重新提交"),
        ),
        "review.limit.organisation",
        (
            N_("GB 32100-2015《法人和其他组织统一社会信用代码编码规则》"),
            N_("本站《用户服务协议》"),
        ),
        "signup.start",
        N_("开始入驻"),
        {},
        (N_("单位页面显示认证标志，写明核验了什么、何时核验"),),
    ),
    Matter(
        "achievement",
        N_("发布科技成果"),
        N_("把成果写成对方看得懂的样子：一句话效益、和现行做法比的数字、成熟到哪一步、怎么合作、多少钱。"),
        N_("已入驻的高校院所、企业、科技服务机构"),
        (
            N_("提交审核时单位已通过认证（草稿随时可存）"),
            N_("成果不涉及国家秘密，权属清楚"),
            N_(
                "国家设立的研究开发机构、高等院校转让或许可成果，应通过协议定价、挂牌、拍卖等方式定价；协议定价的，应在本单位公示成果名称和拟交易价格"
            ),
        ),
        (
            Paper(N_("成果信息"), _ONLINE, _NO_SEAL, N_("分步填写，每一步都可保存草稿")),
            Paper(N_("知识产权证书"), N_("有则提供，1 份扫描件"), _NO_SEAL, N_("专利号会自动核对校验位")),
            Paper(
                N_("检测报告、用户报告或中试记录"),
                N_("有则提供，1 份扫描件"),
                _NO_SEAL,
                N_("可设为公开、仅认证单位或仅双方可见"),
            ),
        ),
        (
            N_("分步填写，随时预览，预览就是将来的公开页面"),
            N_("确认不涉密声明和权属声明，提交审核"),
            N_("审核通过即公开，数秒内可被搜到；退回的，意见写在相应栏目旁"),
            N_("修改已公开的成果会形成新版本，审核期间旧版本照常公开"),
        ),
        "review.limit.achievement",
        (
            N_("《中华人民共和国促进科技成果转化法》第十八条"),
            N_("《中华人民共和国保守国家秘密法》"),
        ),
        "my_listings.new",
        N_("发布成果"),
        {"kind": "achievement"},
        (N_("成果编号和公开页面"), N_("每满一定期限请确认一次仍然有效，过期自动下架")),
    ),
    Matter(
        "demand",
        N_("发布技术需求"),
        N_("把难题说清楚：现状是什么、要达到什么指标、什么时候要、打算投多少、成果归谁。"),
        N_("已入驻的企业、高校院所、科技服务机构"),
        (
            N_("提交审核时单位已通过认证（草稿随时可存）"),
            N_("需求真实、量化，不涉及国家秘密"),
        ),
        (
            Paper(N_("需求信息"), _ONLINE, _NO_SEAL, N_("公开文本与完整文本分开写")),
            Paper(
                N_("图纸、照片或工艺说明"), N_("有则提供"), _NO_SEAL, N_("可设为公开、仅认证单位或仅双方可见")
            ),
        ),
        (
            N_("分步填写现状、指标、条件，选择公开范围"),
            N_("写一段公开文本；匿名公开的，公众看不到单位名称和细节"),
            N_("提交审核，通过即公开"),
            N_("收到询问后与对方联系；解决后请标记为已解决"),
        ),
        "review.limit.demand",
        (N_("《中华人民共和国保守国家秘密法》"), N_("本站《用户服务协议》")),
        "my_listings.new",
        N_("提一个需求"),
        {"kind": "demand"},
        (N_("需求编号和公开页面"), N_("询问会发到贵单位各位经办人的邮箱和通知")),
    ),
    Matter(
        "inquiry",
        N_("询问成果或需求"),
        N_("看中一项成果，或能解决一个难题，从这里联系对方。"),
        N_("已加入某一单位的用户"),
        (N_("所询问的内容仍在公开征集"), N_("不是本单位自己发布的内容")),
        (Paper(N_("询问内容和回信邮箱"), _ONLINE, _NO_SEAL),),
        (
            N_("打开成果或需求页面，点右侧的询问按钮"),
            N_("写明想了解什么，核对回信邮箱，发送"),
            N_("对方各位经办人会同时收到邮件和通知，直接回信给您"),
            N_("发出和收到的询问都在我的工作台里"),
        ),
        "",
        (N_("本站《用户服务协议》"),),
        "achievements.index",
        N_("去找成果"),
        {},
        (N_("对方看到您的姓名、单位和回信邮箱"),),
    ),
)

BY_SLUG: Mapping[str, Matter] = {matter.slug: matter for matter in MATTERS}


@dataclass(frozen=True)
class RoleGuide:
    """The way of one kind of user, step by step; each step may lead to a matter."""

    slug: str
    title: str
    lead: str
    steps: tuple[tuple[str, str], ...]


GUIDES = (
    RoleGuide(
        "enterprise",
        N_("我是企业"),
        N_("说清一个技术难题，找到能用的成果。"),
        (
            (N_("入驻并认证单位"), "join"),
            (N_("搜成果：词之间用空格，可按领域、成熟度、价格筛选"), ""),
            (N_("看中的，询问对方"), "inquiry"),
            (N_("没有合适的，提一个需求"), "demand"),
            (N_("解决后标记为已解决"), "demand"),
        ),
    ),
    RoleGuide(
        "university",
        N_("我是高校院所"),
        N_("发布成果，看到谁需要它。"),
        (
            (N_("入驻并认证单位，负责人邀请经办人加入"), "join"),
            (N_("发布成果，审核通过即公开"), "achievement"),
            (N_("搜需求，能解决的主动联系"), "inquiry"),
            (N_("答复询问，到期确认成果仍然有效"), "achievement"),
        ),
    ),
    RoleGuide(
        "broker",
        N_("我是技术经理人"),
        N_("替供需双方牵线。"),
        (
            (N_("科技服务机构入驻并认证"), "join"),
            (N_("浏览成果和需求，比对领域、指标、成熟度和价格"), ""),
            (N_("以本机构名义询问双方"), "inquiry"),
            (N_("受托发布成果或需求"), "achievement"),
        ),
    ),
    RoleGuide(
        "authority",
        N_("我是管理部门"),
        N_("核验单位，审核成果和需求。"),
        (
            (N_("由系统管理员授予角色后登录"), ""),
            (N_("在审核事项里看待办，领办或分派"), ""),
            (N_("意见写在栏目旁；退回须选原因，本单位和本人提交的不能自己审"), ""),
            (N_("每一步都有留痕，可以随时校验"), ""),
        ),
    ),
)
