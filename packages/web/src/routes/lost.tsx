// An address that no page has.
import { Link } from '@tanstack/react-router';
import { Page } from '../parts/page.tsx';

export function LostPage() {
  return (
    <Page title="No such page" stand={null}>
      <h1>There is no page at this address</h1>
      <p>
        Pages are at <code>/repos/NAME</code>, <code>/repos/NAME/order</code>, <code>/pushes/ID</code>,{' '}
        <code>/jobs/ID</code> and <code>/workers</code>. <Link to="/repos">See all repositories</Link>.
      </p>
    </Page>
  );
}
