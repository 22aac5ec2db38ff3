import { useNavigate, useSearch } from '@tanstack/react-router'
import { given } from './search-param.ts'

/** The page's filters, which are its address: reading it again, or sending it to somebody, shows the same. */
export function useFilters<Filters extends object>(
  read: (search: Record<string, unknown>) => Filters,
): readonly [Filters, (change: Partial<Filters>) => void] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const filters = read({ ...search })
  const change = (next: Partial<Filters>) => {
    const to = { to: '.', search: given({ ...filters, ...next }), replace: true, resetScroll: false } as never
    void navigate(to)
  }
  return [filters, change]
}
