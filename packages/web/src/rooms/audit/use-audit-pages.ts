import type { ApiError, AuditPage } from '@sallyport/api'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../../api/api.ts'
import { questionOf } from './audit-query.ts'
import type { AuditSearch } from './audit-search.ts'

/** Events that one page of the answer holds. */
const PAGE = 50

/** Events that fit, newest first, a page at a time; the old ones stay while others are read. */
export function useAuditPages(search: AuditSearch) {
  const { event: _, ...filters } = search
  return useInfiniteQuery<AuditPage, ApiError, readonly AuditPage['events'][], unknown[], number | null>({
    queryKey: ['audit.search', filters],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) =>
      api.call(
        'audit.search',
        // "2h" is said of the moment at which it is asked.
        { ...questionOf(search, new Date()), limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) },
        { signal },
      ),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    select: ({ pages }) => pages.map(({ events }) => events),
  })
}
