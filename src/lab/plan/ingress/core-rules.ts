/**
 * The rules of the OWASP Core Rule Set 3.3.4 by group, as Debian 12 packages them (modsecurity-crs 3.3.4): the request rules that
 * score. (Group 949 compares the score and cannot be switched off.) ModSecurity 3 changes the targets of one rule at a time, so
 * an exclusion for a group must name its rules.
 */
export const CORE_RULE_SET = 'OWASP_CRS/3.3.4';

export const CORE_RULES: readonly { readonly group: string; readonly ids: readonly number[] }[] = [
  {
    group: 'REQUEST-910-IP-REPUTATION',
    ids: [910100, 910120, 910130, 910140, 910150, 910160, 910170, 910180, 910190],
  },
  {
    group: 'REQUEST-911-METHOD-ENFORCEMENT',
    ids: [911100],
  },
  {
    group: 'REQUEST-912-DOS-PROTECTION',
    ids: [912100, 912110, 912120, 912130, 912140, 912150, 912160, 912161, 912170, 912171],
  },
  {
    group: 'REQUEST-913-SCANNER-DETECTION',
    ids: [913100, 913101, 913102, 913110, 913120],
  },
  {
    group: 'REQUEST-920-PROTOCOL-ENFORCEMENT',
    ids: [
      920100, 920120, 920121, 920160, 920170, 920171, 920180, 920181, 920190, 920200, 920201,
      920202, 920210, 920220, 920230, 920240, 920250, 920260, 920270, 920271, 920272, 920273,
      920274, 920275, 920280, 920290, 920300, 920310, 920311, 920320, 920330, 920340, 920341,
      920350, 920360, 920370, 920380, 920390, 920400, 920410, 920420, 920430, 920440, 920450,
      920460, 920470, 920480, 920490, 920500, 920510, 920530, 920600, 920620,
    ],
  },
  {
    group: 'REQUEST-921-PROTOCOL-ATTACK',
    ids: [
      921110, 921120, 921130, 921140, 921150, 921151, 921160, 921170, 921180, 921190, 921200,
      921230, 921421, 921422,
    ],
  },
  {
    group: 'REQUEST-922-MULTIPART-ATTACK',
    ids: [922100, 922110, 922120, 922140, 922150],
  },
  {
    group: 'REQUEST-930-APPLICATION-ATTACK-LFI',
    ids: [930100, 930110, 930120, 930130],
  },
  {
    group: 'REQUEST-931-APPLICATION-ATTACK-RFI',
    ids: [931100, 931110, 931120, 931130],
  },
  {
    group: 'REQUEST-932-APPLICATION-ATTACK-RCE',
    ids: [
      932100, 932105, 932106, 932110, 932115, 932120, 932130, 932140, 932150, 932160, 932170,
      932171, 932180, 932190, 932200,
    ],
  },
  {
    group: 'REQUEST-933-APPLICATION-ATTACK-PHP',
    ids: [
      933100, 933110, 933111, 933120, 933130, 933131, 933140, 933150, 933151, 933160, 933161,
      933170, 933180, 933190, 933200, 933210,
    ],
  },
  {
    group: 'REQUEST-934-APPLICATION-ATTACK-NODEJS',
    ids: [934100],
  },
  {
    group: 'REQUEST-941-APPLICATION-ATTACK-XSS',
    ids: [
      941100, 941101, 941110, 941120, 941130, 941140, 941150, 941160, 941170, 941180, 941190,
      941200, 941210, 941220, 941230, 941240, 941250, 941260, 941270, 941280, 941290, 941300,
      941310, 941320, 941330, 941340, 941350, 941360, 941370, 941380,
    ],
  },
  {
    group: 'REQUEST-942-APPLICATION-ATTACK-SQLI',
    ids: [
      942100, 942101, 942110, 942120, 942130, 942140, 942150, 942160, 942170, 942180, 942190,
      942200, 942210, 942220, 942230, 942240, 942250, 942251, 942260, 942270, 942280, 942290,
      942300, 942310, 942320, 942330, 942340, 942350, 942360, 942361, 942370, 942380, 942390,
      942400, 942410, 942420, 942421, 942430, 942431, 942432, 942440, 942450, 942460, 942470,
      942480, 942490, 942500, 942510, 942511,
    ],
  },
  {
    group: 'REQUEST-943-APPLICATION-ATTACK-SESSION-FIXATION',
    ids: [943100, 943110, 943120],
  },
  {
    group: 'REQUEST-944-APPLICATION-ATTACK-JAVA',
    ids: [944100, 944110, 944120, 944130, 944200, 944210, 944240, 944250, 944300],
  },
];

/** ModSecurity's own checks of the body; Azure lists them as group `General`. */
export const GENERAL_RULES: ReadonlySet<number> = new Set([200002, 200003]);

/** Groups of the Microsoft Default Rule Set, by the number their rules share with the Core Rule Set. */
const DEFAULT_RULE_SET_GROUPS: Readonly<Record<string, number>> = {
  'method-enforcement': 911,
  'protocol-enforcement': 920,
  'protocol-attack': 921,
  lfi: 930,
  rfi: 931,
  rce: 932,
  php: 933,
  nodejs: 934,
  xss: 941,
  sqli: 942,
  fix: 943,
  java: 944,
};

/** The rules of a group, named as either rule set names it. `undefined`: there is no such group here. */
export function rulesOfGroup(name: string): readonly number[] | undefined {
  const number =
    DEFAULT_RULE_SET_GROUPS[name.trim().toLowerCase()] ??
    Number(/(?:^|-)(9\d\d)-/.exec(name)?.[1] ?? Number.NaN);
  return CORE_RULES.find(({ ids }) => Math.floor((ids[0] ?? 0) / 1000) === number)?.ids;
}

/** The group of a rule, as its file is called: `REQUEST-942-APPLICATION-ATTACK-SQLI`. */
export function groupOfRule(id: number): string | undefined {
  return CORE_RULES.find(({ ids }) => ids.includes(id))?.group;
}
