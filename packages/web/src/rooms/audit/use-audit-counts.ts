import type { ApiError, AuditCounts } from '@sallyport/api'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { api } from '../../api/api.ts'
import { questionOf } from './audit-query.ts'
import type { AuditSearch } from './audit-search.ts'

/** How many events fit, when, and of what; the old answer stays while another is counted. */
export function useAuditCounts(search: AuditSearch): UseQueryResult<AuditCounts, ApiError> {
  const { event: _, ...filters } = search
  return useQuery<AuditCounts, ApiError>({
    queryKey: ['audit.count', filters],
    queryFn: ({ signal }) => {
      const now = new Date()
      return api.call('audit.count', { ...questionOf(search, now), utc_offset: -now.getTimezoneOffset() }, { signal })
    },
    placeholderData: keepPreviousData,
  })
}
