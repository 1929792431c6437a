import {
  type Asking,
  askCompleteness,
  askCost,
  askDenied,
  askRows,
  askSnat,
  askSummary,
  askThreats,
  askTimeline,
  dnsAnswers,
  dnsNames,
  gatewayHosts,
  parseSearchTerm,
  type SearchTerm,
  search,
  type TopOf,
  top,
  unresolvedNames,
  wafClients,
  wafRules,
} from '../logs/questions/index.ts';
import type { SkuTier } from '../model/index.ts';
import { costPage } from '../report/logs-cost-page.ts';
import { deniedPage } from '../report/logs-denied-page.ts';
import { dnsPage, searchPage, timelinePage, topPage, wafPage } from '../report/logs-list-pages.ts';
import type { LogsPage } from '../report/logs-page.ts';
import { snatPage } from '../report/logs-snat-page.ts';
import { summaryPage } from '../report/logs-summary-page.ts';
import { threatsPage } from '../report/logs-threats-page.ts';
import { InputError } from './exit-code.ts';

/** A question as the command line names it, and what belongs to it. */
export type LogsQuestion =
  | { readonly is: 'summary' | 'denied' | 'threats' | 'dns' | 'waf' | 'snat' }
  | { readonly is: 'top'; readonly what: TopOf }
  | { readonly is: 'timeline'; readonly by: 'action' | 'rule' }
  | { readonly is: 'cost'; readonly tier?: SkuTier }
  | { readonly is: 'search'; readonly words: readonly string[] };

export interface AnsweredQuestion {
  readonly page: LogsPage;
  /** Something that AKS needs is denied. */
  readonly isFault: boolean;
}

export async function answerQuestion(
  question: LogsQuestion,
  asking: Asking,
  scope: readonly string[],
  limit: number,
): Promise<AnsweredQuestion> {
  const { engine, window, said } = asking;
  const who = (address: string, time: number) => asking.locate(address, time).label;
  const good = (page: LogsPage): AnsweredQuestion => ({ page, isFault: false });
  if (question.is === 'summary') {
    const answer = await askSummary(asking, Math.min(limit, 8));
    const last = answer.completeness.span?.last ?? 0;
    return good(summaryPage(answer, scope, (address) => who(address, last)));
  }
  if (question.is === 'search') {
    const terms = question.words.map(termOf);
    const rows = await askRows(engine, search(window, terms, limit), said);
    return good(searchPage(rows, question.words, scope, rows.length === limit, who));
  }
  const completeness = await askCompleteness(engine, window);
  const { span } = completeness;
  const empty = span ?? { first: 0, last: 0 };
  switch (question.is) {
    case 'denied': {
      const answer = await askDenied(asking);
      return {
        page: deniedPage(answer, completeness, scope, limit),
        isFault: answer.records.needed > 0,
      };
    }
    case 'threats':
      return good(threatsPage(await askThreats(asking, limit), completeness, scope));
    case 'snat':
      return good(snatPage(await askSnat(asking, empty, limit), completeness, scope));
    case 'cost':
      return good(costPage(await askCost(asking, span, question.tier), completeness, scope));
    case 'timeline':
      return good(
        timelinePage(await askTimeline(asking, empty, question.by, limit), completeness, scope),
      );
    case 'top': {
      const rows = await askRows(engine, top(question.what, window, limit), said);
      return good(topPage(question.what, rows, completeness, scope, who));
    }
    case 'dns':
      return good(
        dnsPage(
          {
            answers: await askRows(engine, dnsAnswers(window), said),
            names: await askRows(engine, dnsNames(window, limit), said),
            failed: await askRows(engine, dnsNames(window, limit, 'Failed'), said),
            slow: await askRows(engine, dnsNames(window, limit, 'Slowest'), said),
            unresolved: await askRows(engine, unresolvedNames(window, limit), said),
          },
          completeness,
          scope,
        ),
      );
    case 'waf':
      return good(
        wafPage(
          {
            rules: await askRows(engine, wafRules(window, limit), said),
            clients: await askRows(engine, wafClients(window, limit), said),
            hosts: await askRows(engine, gatewayHosts(window, limit), said),
          },
          completeness,
          scope,
        ),
      );
  }
}

function termOf(word: string): SearchTerm {
  const term = parseSearchTerm(word);
  if ('problem' in term) throw new InputError(term.problem);
  return term;
}
