"""Texts to search in: invented listings, random mixtures of awkward characters, and a brute-force reader of both."""

import random
import re

from marketplace.retrieval.analysis import Analyzer, runs
from marketplace.retrieval.documents import AUDIENCES, Document
from marketplace.retrieval.query import tidy

EVERYBODY = frozenset(AUDIENCES)

TEXTS = [
    (
        "氢燃料电池双极板超薄不锈钢冲压成形技术",
        "双极板厚度0.075 mm，接触电阻低于5 mΩ·cm²，已在埇桥区建成中试线，适用于质子交换膜燃料电池。",
    ),
    (
        "抗赤霉病小麦新品系的分子育种",
        "在黄淮麦区三年区试，平均亩产612.4公斤，赤霉病病情指数下降38％；可在甬桥、灵壁推广。",
    ),
    (
        "无醛环保胶及其在胶合板中的应用",
        "以大豆蛋白为原料，甲醛释放量低于0.01 mg/m³，达到ENF級要求，適合綠色家居板材企業。",
    ),
    (
        "基于5G通信与边缘计算的冷链物流监测",
        "采用NB-IoT与5G通信双模，PM2.5与温湿度同步采集，边缘节点可离线运行72小时。",
    ),
    ("锆石U-Pb定年样品前处理装置", "适配LA-ICP-MS，单次可处理24件样品；SHRIMP-U-Pb实验室已试用。"),
    (
        "高温耐烧蚀碳/碳复合材料制备方法",
        "2500℃线烧蚀率低于0.02mm/s，密度1.85g/cm³，满足GB/T 22900-2022系统级要求。",
    ),
    ("砀山酥梨采后保鲜与预制菜加工技术", "1-MCP处理结合气调贮藏，货架期延长45天，损耗率由18%降至6%。"),
    (
        "面向人造板表面缺陷检测的机器视觉系统",
        "YOLOv8改进模型，漏检率0.3%，单线节拍1.2s，支持3D打印工装快速换型。",
    ),
    ("反渗透膜污染在线清洗工艺", "膜通量恢复率92%，清洗药剂用量减少40%，适用于污水处理厂再生水回用。"),
    ("秸秆基可降解包装材料", "以小麦秸秆和聚乳酸共混，180天降解率大于90%，灵璧县已有示范线。"),
    ("钠离子电池硬碳负极材料", "首次效率91%，比容量330mAh/g，以秸秆为碳源；电池循环3000次容量保持85%。"),
    ("电池回收与梯次利用检测平台", "退役动力电池SOH评估误差3%，单体检测30s。Battery-as-a-Service模式。"),
    ("中药材智能分选设备", "近红外与机器视觉融合，分选精度98.5%。需求方：泗县某企业。"),
    ("煤矸石制备轻质陶粒", "堆积密度 650 kg/m3，强度等级CL10；R&D投入占比5%。"),
    ("植保無人機變量施藥系統", "RTK定位，藥量誤差5%，作業效率每小時120畝。"),
]


def document(number: int, title: str, body: str, **more: object) -> Document:
    """An achievement for everybody, unless said otherwise."""
    fields: dict[str, object] = {
        "key": f"achievement:{number}",
        "kind": "achievement",
        "subject_id": number,
        "audiences": EVERYBODY,
        "title": title,
        "body": body,
        **more,
    }
    return Document(**fields)  # type: ignore[arg-type]


def listings() -> list[Document]:
    """The invented listings with facets and numbers."""
    return [
        document(
            number,
            title,
            body,
            facets={
                "field": (f"{number % 3:02}",),
                "way": tuple({"transfer", ("licence", "equity")[number % 2]}),
                "origin": ("city" if number % 4 else "outside",),
            },
            numbers={"published": 1_000 + number % 5} | ({"price": number % 4 * 100} if number % 3 else {}),
        )
        for number, (title, body) in enumerate(TEXTS, start=1)
    ]


AWKWARD = "甬埇桥灵壁璧电池電燃料国國的膜5GgPb2-./·&%，。 ㎡½Ａ＋𠮷é〇"


def mixtures(count: int = 250, seed: int = 7) -> list[Document]:
    """Random short texts over a small alphabet that makes every rule of the chain meet every other."""
    pick = random.Random(seed)
    return [
        document(
            number,
            "".join(pick.choices(AWKWARD, k=pick.randint(0, 8))),
            "".join(pick.choices(AWKWARD, k=pick.randint(0, 40))),
        )
        for number in range(1, count + 1)
    ]


class Reader:
    """Finds strings the slow way: by looking at every text."""

    def __init__(self, documents: list[Document], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._documents = documents
        self._forms = {
            document.key: (self._compared(document.title), self._compared(document.body))
            for document in documents
        }

    def _compared(self, text: str) -> list[str]:
        return [tidy(form) for form in self._analyzer.forms(text)]

    def containing(self, typed: str) -> set[str]:
        """Keys of the documents with the string in title or body."""
        return {
            key
            for key, (title, body) in self._forms.items()
            if self._has(title, typed) or self._has(body, typed)
        }

    def titled(self, typed: str) -> set[str]:
        """Keys of the documents with the string in the title."""
        return {key for key, (title, _) in self._forms.items() if self._has(title, typed)}

    def findable(self, typed: str) -> set[str]:
        """As ``containing``, where a Latin or digit string stands at the start of a run or of its part."""
        begins = r"(?<![^\W_\u3005-\u9fff\U00020000-\U0003ffff])"
        found = set()
        for needle in self._compared(typed):
            first = next(runs(needle), None)
            latin = first is not None and first.start == 0 and not first.cjk
            pattern = re.compile((begins if latin else "") + re.escape(needle))
            found |= {
                key
                for key, parts in self._forms.items()
                if needle and any(pattern.search(form) for forms in parts for form in forms)
            }
        return found

    def _has(self, forms: list[str], typed: str) -> bool:
        return any(needle and needle in form for needle in self._compared(typed) for form in forms)
